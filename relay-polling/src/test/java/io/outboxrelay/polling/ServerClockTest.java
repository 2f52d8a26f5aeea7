package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerClockTest {
    private static final long MS = 1_000_000;

    private final PollingCounters counters = new PollingCounters();
    private final ServerClock clock = new ServerClock(counters);

    @Test
    void a_clock_that_goes_on_is_in_order_however_far_it_is_from_ours() {
        assertThat(observe(-5_000, 0, 1)).isFalse();
        assertThat(observe(-4_000, 1_000, 1_001)).isFalse();
        assertThat(observe(-3_999, 1_001, 1_003)).isFalse();
        assertThat(observe(60_000, 2_000, 2_001)).as("set forwards").isFalse();
        assertThat(counters.clocksSetBack()).isZero();
    }

    @Test
    void one_that_is_set_back_is_noticed_once_also_by_less_than_passed_meanwhile() {
        observe(1_000, 0, 1);
        assertThat(observe(1_700, 1_001, 1_002)).isTrue();
        assertThat(observe(2_700, 2_002, 2_003)).isFalse();
        assertThat(observe(-90_000, 3_003, 3_004)).isTrue();
        assertThat(counters.clocksSetBack()).isEqualTo(2);
    }

    @Test
    void one_that_is_slowed_down_by_a_tenth_is_left_alone() {
        observe(0, 0, 1);
        assertThat(observe(9_000, 10_000, 10_001)).isFalse();
        assertThat(observe(17_900, 20_000, 20_001)).isTrue();
    }

    @Test
    void an_answer_that_takes_long_is_no_reason() {
        observe(0, 0, 800);
        assertThat(observe(210, 1_000, 1_001)).isFalse();
        assertThat(observe(1_200, 1_002, 5_000)).isFalse();
        assertThat(observe(5_300, 9_000, 9_001)).isFalse();
    }

    private boolean observe(long showedMillis, long fromMillis, long toMillis) {
        // Readings of nanoTime begin anywhere and may overflow.
        long origin = Long.MAX_VALUE - 2_000 * MS;
        return clock.observe(showedMillis * 1_000, origin + fromMillis * MS, origin + toMillis * MS);
    }
}
