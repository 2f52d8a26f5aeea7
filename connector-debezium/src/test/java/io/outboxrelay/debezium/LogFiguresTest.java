package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.outbox.OutboxRecord;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogFiguresTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final LogFigures figures = new LogFigures();
    private final long start = System.nanoTime();

    @Test
    void the_oldest_event_that_is_not_settled_counts_from_its_commit() {
        figures.begins(1, start);
        figures.handedOn(1, 1, start - 9 * SECOND);
        figures.handedOn(1, 2, start - 9 * SECOND);
        figures.handedOn(1, 3, start - 4 * SECOND);
        figures.turns(1, start);
        assertThat(figures.oldestPendingNanos(start)).isEqualTo(9 * SECOND);
        assertThat(figures.levels().pendingRows()).isEqualTo(3);

        figures.settled(1, 2);
        figures.turns(1, start);
        assertThat(figures.oldestPendingNanos(start + SECOND)).isEqualTo(5 * SECOND);
        assertThat(figures.levels().pendingRows()).isEqualTo(1);

        figures.settled(1, 3);
        figures.turns(1, start);
        assertThat(figures.oldestPendingNanos(start + SECOND)).isZero();
    }

    @Test
    void a_clock_that_went_back_makes_no_event_wait_for_less_long() {
        figures.begins(1, start);
        figures.handedOn(1, 1, start - 4 * SECOND);
        figures.handedOn(1, 2, start - 9 * SECOND);
        figures.turns(1, start);
        assertThat(figures.oldestPendingNanos(start)).isGreaterThanOrEqualTo(9 * SECOND);
        figures.settled(1, 1);
        figures.turns(1, start);
        assertThat(figures.oldestPendingNanos(start)).isEqualTo(9 * SECOND);
    }

    @Test
    void what_is_not_known_to_be_over_counts_on() {
        figures.begins(1, start);
        figures.turns(1, start);
        assertThat(figures.oldestPendingNanos(start + 4 * SECOND))
                .as("just heard")
                .isZero();
        figures.ended(1);
        assertThat(figures.oldestPendingNanos(start + 60 * SECOND)).isEqualTo(60 * SECOND);
    }

    @Test
    void an_attempt_that_was_given_up_is_not_heard_any_more() {
        figures.begins(1, start);
        figures.begins(2, start);
        figures.handedOn(1, 1, start - 9 * SECOND);
        figures.turns(1, start);
        figures.ended(1);
        assertThat(figures.isRead()).isTrue();
        figures.turns(2, start);
        assertThat(figures.oldestPendingNanos(start)).isZero();
    }

    @Test
    void an_event_without_a_time_counts_from_when_nothing_waited_last() {
        figures.begins(1, start);
        figures.turns(1, start);
        figures.handedOn(1, 1, OutboxRecord.COMMIT_UNKNOWN);
        figures.turns(1, start + 2 * SECOND);
        assertThat(figures.oldestPendingNanos(start + 3 * SECOND)).isEqualTo(3 * SECOND);
    }
}
