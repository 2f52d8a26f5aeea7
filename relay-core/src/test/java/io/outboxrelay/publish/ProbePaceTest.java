package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.BrokerProbe.Away;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProbePaceTest {
    private static final Away AWAY = new Away(Failure.of(FailureKind.TRANSIENT, "no broker can be reached", ""));
    private static final Away REFUSED = new Away(Failure.of(FailureKind.MISCONFIGURED, "wrong password", "correct it")
            .ofLogin());

    private final ProbePace pace = new ProbePace(new SplittableRandom(1));

    @Test
    void asks_at_once_at_first_and_each_second_while_nobody_is_there() {
        assertThat(pace.pauseNanos(new BrokerProbe.Asking())).isZero();
        IntStream.range(0, 100).forEach(i -> assertThat(pace.pauseNanos(AWAY)).isEqualTo(seconds(1)));
    }

    @Test
    void asks_ever_more_seldom_while_a_password_is_refused_and_each_second_again_once_it_is_not() {
        assertThat(pace.pauseNanos(REFUSED)).isLessThanOrEqualTo(seconds(2));
        double average = IntStream.range(0, 1_000)
                .mapToLong(i -> pace.pauseNanos(REFUSED))
                .peek(nanos -> assertThat(nanos).isBetween(seconds(1), seconds(31)))
                .average()
                .orElseThrow();
        assertThat(average).isBetween(seconds(14) * 1.0, seconds(18) * 1.0);
        assertThat(pace.pauseNanos(AWAY)).isEqualTo(seconds(1));
    }

    private static long seconds(int count) {
        return Duration.ofSeconds(count).toNanos();
    }
}
