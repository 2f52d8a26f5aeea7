package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MeasuresTest {
    @Test
    void percentiles_are_those_of_the_nearest_rank() {
        List<Long> nanos =
                LongStream.rangeClosed(1, 200).map(n -> n * 1_000_000).boxed().toList();
        assertThat(Latency.of(nanos)).isEqualTo(new Latency(100, 198));
        assertThat(Latency.of(List.of(3_000_000L))).isEqualTo(new Latency(3, 3));
        assertThat(Latency.of(List.of())).isEqualTo(new Latency(0, 0));
    }

    @Test
    void the_rate_is_that_of_the_last_seconds_and_falls_to_zero_when_nothing_comes() {
        RateMeter rate = new RateMeter(Duration.ofSeconds(5));
        assertThat(rate.perSecond(0, 0)).isZero();
        double perSecond = 0;
        for (int second = 1; second <= 20; second++) {
            perSecond = rate.perSecond(second * 1_000_000_000L, second * 100L);
        }
        assertThat(perSecond).isCloseTo(100, within(0.001));
        for (int second = 21; second <= 25; second++) {
            perSecond = rate.perSecond(second * 1_000_000_000L, 2_000);
        }
        assertThat(perSecond).isZero();
    }
}
