package io.outboxrelay.ack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class InFlightWindowTest {

    private record At(long place) implements Position {}

    private final InFlightWindow window = new InFlightWindow(new WindowSettings(100, 1024 * 1024));

    private long sent(long place) {
        long number = add(place);
        window.markSent(number);
        return number;
    }

    private long add(long place) {
        return window.add(
                new At(place),
                new OutboxMessage("id" + place, "topic", null, null, List.of()),
                1000,
                OutboxRecord.COMMIT_UNKNOWN);
    }

    @Test
    void commits_only_the_acknowledged_prefix() {
        long first = sent(1);
        long second = sent(2);
        long third = sent(3);

        window.settle(third, Outcome.PUBLISHED);
        assertThat(window.takeCommittable()).isNull();
        window.settle(first, Outcome.PUBLISHED);
        assertThat(window.takeCommittable()).isEqualTo(new At(1));
        assertThat(window.takeCommittable()).as("said once").isNull();
        window.settle(second, Outcome.PARKED);
        assertThat(window.takeCommittable()).isEqualTo(new At(3));
    }

    @Test
    void a_place_that_was_committed_before_is_committed_again_for_what_came_later() {
        window.settle(sent(1), Outcome.PUBLISHED);
        assertThat(window.takeCommittable()).isEqualTo(new At(1));
        window.release(new At(1));

        window.addCheckpoint(new At(1));
        assertThat(window.takeCommittable()).isEqualTo(new At(1));
        window.release(new At(1));
        assertThat(window.size()).isZero();
    }

    @Test
    void every_outcome_lets_progress_pass() {
        long position = 0;
        for (Outcome outcome : Outcome.values()) {
            position++;
            long number = sent(position);
            window.settle(number, outcome);
            assertThat(window.takeCommittable()).isEqualTo(new At(position));
        }
    }

    @Test
    void an_entry_leaves_only_when_its_source_has_committed_it() {
        window.settle(sent(1), Outcome.PUBLISHED);
        window.settle(sent(2), Outcome.PUBLISHED);
        assertThat(window.size()).isEqualTo(2);
        assertThat(window.sizeBytes()).isEqualTo(2000);

        window.release(new At(1));
        assertThat(window.size()).isEqualTo(1);
        window.release(new At(2));
        assertThat(window.size()).isZero();
        assertThat(window.sizeBytes()).isZero();
    }

    @Test
    void a_checkpoint_is_committable_once_everything_before_it_is_settled() {
        long record = sent(1);
        window.addCheckpoint(new At(2));
        assertThat(window.takeCommittable()).isNull();
        window.settle(record, Outcome.PUBLISHED);
        assertThat(window.takeCommittable()).isEqualTo(new At(2));
    }

    @Test
    void is_bounded_in_records_and_in_bytes() {
        InFlightWindow narrow = new InFlightWindow(new WindowSettings(2, 1024 * 1024));
        OutboxMessage message = new OutboxMessage("id", "topic", null, null, List.of());
        assertThat(narrow.roomRecords()).isEqualTo(2);
        narrow.add(new At(1), message, 1, OutboxRecord.COMMIT_UNKNOWN);
        narrow.add(new At(2), message, 1, OutboxRecord.COMMIT_UNKNOWN);
        assertThat(narrow.roomRecords()).isZero();

        InFlightWindow light = new InFlightWindow(new WindowSettings(10, 1024 * 1024));
        light.add(new At(1), message, 16 * 1024 * 1024, OutboxRecord.COMMIT_UNKNOWN);
        assertThat(light.roomRecords()).as("a large one may be alone").isZero();
        assertThat(light.roomBytes()).isZero();
    }

    @Test
    void a_new_publisher_is_given_everything_from_the_oldest_unsettled_entry_on() {
        long first = sent(1);
        long second = sent(2);
        long third = sent(3);
        add(4);
        window.settle(first, Outcome.PUBLISHED);
        window.settle(third, Outcome.PUBLISHED);

        window.rewind();

        assertThat(window.nextUnsent()).isEqualTo(second);
        window.markSent(second);
        assertThat(window.nextUnsent())
                .as("acknowledged out of turn, repeated in turn")
                .isEqualTo(third);
        assertThat(window.markSent(third).id()).isEqualTo("id3");
    }

    @Test
    void what_a_replaced_source_delivered_stays_until_the_publisher_is_done_with_it_and_is_never_committed() {
        long first = sent(1);
        long second = sent(2);
        add(3);
        window.forsake();
        assertThat(window.nextUnsent()).as("not sent any more").isEqualTo(-1);
        assertThat(window.size()).isEqualTo(3);
        long again = sent(1);

        window.settle(second, Outcome.PUBLISHED);
        window.settle(first, Outcome.PUBLISHED);
        assertThat(window.size()).isEqualTo(1);
        assertThat(window.takeCommittable()).isNull();
        window.settle(again, Outcome.PUBLISHED);
        assertThat(window.takeCommittable()).isEqualTo(new At(1));
    }

    @Test
    void a_new_publisher_is_not_given_what_will_be_read_again() {
        sent(1);
        window.forsake();
        long again = sent(1);
        window.rewind();
        assertThat(window.nextUnsent()).isEqualTo(again);
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void broken_invariants_are_not_passed_over() {
        long number = sent(1);
        assertThatThrownBy(() -> window.settle(number + 1, Outcome.PUBLISHED))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> window.release(new At(1))).isInstanceOf(IllegalStateException.class);
        sent(2);
        window.settle(number + 1, Outcome.PUBLISHED);
        assertThatThrownBy(() -> window.settle(number + 1, Outcome.PUBLISHED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("settled twice");
        long unsent = add(3);
        assertThatThrownBy(() -> window.settle(unsent, Outcome.PUBLISHED)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void grows_and_wraps_around_without_losing_its_place() {
        InFlightWindow wide = new InFlightWindow(new WindowSettings(10_000, 1024 * 1024));
        OutboxMessage message = new OutboxMessage("id", "topic", null, null, List.of());
        long place = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 300 + round; i++) {
                wide.markSent(wide.add(new At(place++), message, 1, OutboxRecord.COMMIT_UNKNOWN));
            }
            long end = wide.nextNumber();
            for (long number = end - 300 - round; number < end; number++) {
                wide.settle(number, Outcome.PUBLISHED);
            }
            Position committable = wide.takeCommittable();
            assertThat(committable).isEqualTo(new At(place - 1));
            wide.release(committable);
            assertThat(wide.size()).isZero();
        }
    }
}
