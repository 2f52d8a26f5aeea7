package io.outboxrelay.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HandOffTest {

    private record Place(int session, int ordinal) implements Position {}

    private int wakes;
    private final HandOff handOff = HandOff.ofRows(3, 10_000, () -> wakes++);

    @Test
    void has_room_until_a_bound_is_reached_and_again_when_enough_was_taken() {
        handOff.put(records(2, 10));
        assertThat(handOff.hasRoom()).isTrue();
        handOff.put(records(2, 10));
        assertThat(handOff.hasRoom()).isFalse();
        handOff.take(2, Long.MAX_VALUE);
        assertThat(handOff.hasRoom()).isTrue();
        handOff.put(records(1, 10_000));
        assertThat(handOff.hasRoom()).isFalse();
    }

    @Test
    void gives_no_more_than_was_asked_for_in_rows_and_bytes() {
        handOff.put(records(5, 1_000));
        assertThat(handOff.take(0, 1_000_000).entries()).isEmpty();
        assertThat(handOff.take(5, 0).entries()).isEmpty();
        assertThat(handOff.take(1, 1_000_000).entries()).hasSize(1);
        assertThat(handOff.take(5, 3_000).entries()).hasSize(2);
        assertThat(handOff.take(5, 1).entries()).as("one that is larger alone").hasSize(1);
        assertThat(handOff.take(5, 1_000_000).entries()).hasSize(1);
    }

    @Test
    void tells_what_is_durable_once_even_when_no_entry_is_asked_for() {
        handOff.committed(new Place(1, 7));
        assertThat(handOff.take(0, 0).committed()).isEqualTo(new Place(1, 7));
        assertThat(handOff.take(0, 0).committed()).isNull();
    }

    @Test
    void tells_what_is_durable_before_it_tells_of_the_failure_and_gives_out_nothing_more() {
        handOff.put(records(2, 10));
        handOff.committed(new Place(1, 7));
        handOff.failed(Failure.of(FailureKind.TRANSIENT, "gone", ""));
        assertThat(handOff.take(10, 10_000).entries()).isEmpty();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> handOff.take(10, 10_000)).isInstanceOf(RelayException.class);
        }
    }

    @Test
    void ends_a_batch_with_a_transaction_where_one_ends_and_says_when_it_is_in_the_middle_of_one() {
        HandOff transactions = HandOff.ofTransactions(10, 10_000, () -> {});
        assertThat(transactions.take(10, 10_000).midway()).isFalse();
        transactions.put(records(2, 10));
        transactions.put(List.of(new Checkpoint(new Place(1, 2))));
        transactions.put(records(1, 10));
        assertThat(transactions.take(1, 10_000).midway()).isTrue();
        assertThat(transactions.take(0, 0).midway())
                .as("nothing was taken since")
                .isTrue();
        Batch ended = transactions.take(10, 10_000);
        assertThat(ended.entries()).hasSize(2).last().isInstanceOf(Checkpoint.class);
        assertThat(ended.midway()).isFalse();
        assertThat(transactions.take(10, 10_000).midway()).isTrue();
        assertThat(transactions.isEmpty()).isTrue();
    }

    @Test
    void single_rows_are_never_in_the_middle_of_anything() {
        handOff.put(records(1, 10));
        assertThat(handOff.take(10, 10_000).midway()).isFalse();
    }

    @Test
    void wakes_the_loop_for_everything_it_has_to_say() {
        handOff.put(records(1, 1));
        handOff.committed(new Place(1, 1));
        handOff.failed(Failure.of(FailureKind.TRANSIENT, "gone", ""));
        assertThat(wakes).isEqualTo(3);
    }

    private static List<? extends Entry> records(int count, int payloadBytes) {
        return IntStream.range(0, count)
                .mapToObj(n -> new OutboxRecord(new Place(1, n), "id", null, new byte[payloadBytes], List.of()))
                .toList();
    }
}
