package io.outboxrelay.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {
    @Test
    void a_percentile_is_a_time_that_was_measured() {
        long[] nanos = LongStream.rangeClosed(1, 1_000)
                .map(i -> (1_001 - i) * 1_000_000)
                .toArray();
        Percentiles times = Percentiles.of(nanos);
        assertThat(times.millis(50)).isEqualTo(500);
        assertThat(times.millis(95)).isEqualTo(950);
        assertThat(times.millis(99)).isEqualTo(990);
        assertThat(times.millis(99.9)).isEqualTo(999);
        assertThat(times.maxMillis()).isEqualTo(1_000);
    }

    @Test
    void of_few_times_the_high_percentiles_are_the_longest() {
        Percentiles times = Percentiles.of(new long[] {3_000_000, -1_000_000, 2_000_000});
        assertThat(times.millis(1)).isEqualTo(-1);
        assertThat(times.millis(50)).isEqualTo(2);
        assertThat(times.millis(99)).isEqualTo(3);
    }

    @Test
    void nothing_has_no_percentiles() {
        assertThatThrownBy(() -> Percentiles.of(new long[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_event_counts_from_its_commit_to_its_first_arrival() {
        Moments moments = new Moments(2);
        moments.committed(0, 1_000_000, 2_000_000);
        moments.committed(1, 5_000_000, 7_000_000);
        moments.arrived(0, 5_000_000);
        moments.arrived(0, 9_000_000);
        moments.arrived(1, 8_000_000);
        moments.arrived(2, 8_000_000);
        assertThat(moments.arrivedCount()).isEqualTo(2);
        assertThat(moments.fromCommit(0, 2).maxMillis()).isEqualTo(3);
        assertThat(moments.fromAsking(0, 2).maxMillis()).isEqualTo(4);
        assertThat(moments.fromCommit(1, 2).maxMillis()).isEqualTo(1);
    }
}
