package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeleteQueueTest {

    private static final long MS = 1_000_000;
    private final DeleteQueue queue = new DeleteQueue(0);

    @Test
    void has_nothing_to_do_before_anything_is_settled() {
        assertThat(queue.due(0, true)).isFalse();
        assertThat(queue.takeNews()).isNull();
        assertThat(queue.dueNanos(0)).isGreaterThan(1_000_000 * MS);
    }

    @Test
    void lets_rows_wait_a_little_while_there_is_something_to_read() {
        queue.settled(at(10), 0);
        assertThat(queue.due(49 * MS, false)).isFalse();
        assertThat(queue.due(50 * MS, false)).isTrue();
        assertThat(queue.dueNanos(0)).isEqualTo(50 * MS);
    }

    @Test
    void does_not_wait_when_idle_or_when_many_rows_wait() {
        queue.settled(at(1), 0);
        assertThat(queue.due(0, true)).isTrue();
        queue.settled(at(9_999), 0);
        assertThat(queue.due(0, false)).isFalse();
        queue.settled(at(10_000), 0);
        assertThat(queue.due(0, false)).isTrue();
    }

    @Test
    void the_wait_counts_from_the_oldest_row() {
        queue.settled(at(1), 0);
        queue.settled(at(2), 15 * MS);
        assertThat(queue.due(50 * MS, false)).isTrue();
        queue.deleted(2);
        queue.settled(at(3), 60 * MS);
        assertThat(queue.due(109 * MS, false)).isFalse();
    }

    @Test
    void reports_a_position_once_and_only_when_all_before_it_is_deleted() {
        queue.settled(at(30_000), 0);
        assertThat(queue.takeNews()).isNull();
        assertThat(queue.batchRows()).isEqualTo(DeleteQueue.BATCH_ROWS_MAX);
        queue.deleted(20_000);
        assertThat(queue.takeNews()).isNull();
        assertThat(queue.batchRows()).isEqualTo(10_000);
        queue.deleted(10_000);
        assertThat(queue.takeNews()).isEqualTo(at(30_000));
        assertThat(queue.takeNews()).isNull();
    }

    @Test
    void reports_the_checkpoint_without_deleting_anything() {
        queue.settled(at(0), 0);
        assertThat(queue.due(100 * MS, true)).isFalse();
        assertThat(queue.takeNews()).isEqualTo(at(0));
    }

    @Test
    void tries_again_a_second_after_it_was_held_up() {
        queue.settled(at(9_000), 0);
        queue.heldUp(5 * MS);
        assertThat(queue.due(1_004 * MS, true)).isFalse();
        assertThat(queue.dueNanos(5 * MS)).isEqualTo(1_005 * MS);
        assertThat(queue.due(1_005 * MS, true)).isTrue();
    }

    @Test
    void lets_few_rows_wait_where_they_cost_as_much_as_many() {
        queue.fewNotBefore(300 * MS);
        queue.settled(at(9_999), 0);
        assertThat(queue.due(299 * MS, true)).isFalse();
        assertThat(queue.dueNanos(0)).isEqualTo(300 * MS);
        assertThat(queue.due(300 * MS, true)).isTrue();
        queue.settled(at(10_000), 0);
        assertThat(queue.due(0, true)).isTrue();
    }

    private static PollingPosition at(long ordinal) {
        return new PollingPosition(1, ordinal);
    }
}
