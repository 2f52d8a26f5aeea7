package io.outboxrelay.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3), new SplittableRandom(7));

    private long highestMillis(int attempt) {
        return LongStream.range(0, 10_000)
                        .map(i -> backoff.delayNanos(attempt))
                        .max()
                        .orElseThrow()
                / 1_000_000;
    }

    @Test
    void doubles_up_to_the_ceiling_and_never_overflows() {
        assertThat(highestMillis(1)).isBetween(95L, 100L);
        assertThat(highestMillis(2)).isBetween(190L, 200L);
        assertThat(highestMillis(6)).isBetween(2_900L, 3_000L);
        assertThat(highestMillis(Integer.MAX_VALUE)).isBetween(2_900L, 3_000L);
    }

    @Test
    void long_delays_do_not_overflow_either() {
        Backoff slow = new Backoff(Duration.ofSeconds(10), Duration.ofDays(365), new SplittableRandom(7));
        for (int attempt = 1; attempt < 100; attempt++) {
            assertThat(slow.delayNanos(attempt))
                    .isBetween(0L, Duration.ofDays(365).toNanos());
        }
    }

    @Test
    void jitter_is_full() {
        long[] delays = LongStream.range(0, 10_000)
                .map(i -> backoff.delayNanos(6))
                .sorted()
                .toArray();
        assertThat(delays[0]).isLessThan(Duration.ofMillis(30).toNanos());
        assertThat(delays[5_000])
                .isBetween(
                        Duration.ofMillis(1_400).toNanos(),
                        Duration.ofMillis(1_600).toNanos());
    }
}
