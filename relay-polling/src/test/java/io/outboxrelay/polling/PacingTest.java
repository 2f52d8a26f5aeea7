package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PacingTest {

    private static final long MS = 1_000_000;
    private final Pacing pacing = new Pacing(Duration.ofMillis(1), Duration.ofMillis(200), 0);

    @Test
    void waits_twice_as_long_after_every_empty_read_up_to_the_longest() {
        long now = 0;
        for (int waitMs : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 200, 200}) {
            assertThat(pacing.due(now)).isTrue();
            pacing.foundNothing(now);
            assertThat(pacing.dueNanos() - now).isEqualTo(waitMs * MS);
            now = pacing.dueNanos();
        }
    }

    @Test
    void a_row_brings_the_shortest_wait_back() {
        for (int i = 0; i < 10; i++) {
            pacing.foundNothing(0);
        }
        pacing.foundSome(0);
        assertThat(pacing.due(MS - 1)).isFalse();
        assertThat(pacing.due(MS)).isTrue();
        pacing.foundNothing(MS);
        assertThat(pacing.dueNanos()).isEqualTo(2 * MS);
    }

    @Test
    void does_not_wait_while_more_is_there() {
        pacing.moreIsWaiting(5);
        assertThat(pacing.due(5)).isTrue();
    }

    @Test
    void looks_at_once_when_notified_and_soon_again_after_that() {
        for (int i = 0; i < 10; i++) {
            pacing.foundNothing(0);
        }
        pacing.notified(50 * MS);
        assertThat(pacing.due(50 * MS)).isTrue();
        pacing.foundNothing(50 * MS);
        assertThat(pacing.dueNanos()).isEqualTo(51 * MS);
    }

    @Test
    void a_notification_leaves_a_pause_after_the_look_before() {
        Pacing slow = new Pacing(Duration.ofMillis(10), Duration.ofMillis(200), 0);
        slow.notified(0);
        assertThat(slow.due(0)).isTrue();
        slow.foundSome(5);
        slow.notified(6);
        slow.notified(7);
        assertThat(slow.dueNanos()).isEqualTo(5 + MS);
    }

    @Test
    void a_notification_puts_nothing_off() {
        pacing.foundSome(0);
        pacing.notified(3 * MS);
        assertThat(pacing.dueNanos()).isEqualTo(MS);
        pacing.moreIsWaiting(4 * MS);
        pacing.notified(4 * MS);
        assertThat(pacing.due(4 * MS)).isTrue();
    }
}
