package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimelineHistoryTest {

    @Test
    void says_where_each_timeline_was_left() {
        TimelineHistory history = TimelineHistory.parsed(
                "1\t0/3000148\tno recovery target specified\n\n2\t1/A\tbefore 2026-01-01 00:00:00 3\t0/1\n");

        assertThat(history.endOf(1)).isEqualTo(0x3000148L);
        assertThat(history.endOf(2)).isEqualTo(0x1_0000000AL);
        assertThat(history.endOf(3)).isNull();
    }
}
