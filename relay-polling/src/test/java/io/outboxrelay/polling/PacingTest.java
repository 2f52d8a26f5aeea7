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
}
