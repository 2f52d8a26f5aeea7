package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxRecord;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HandOffTest {

    private int wakes;
    private final HandOff handOff = new HandOff(3, 10_000, () -> wakes++, new SourceWatch("server", new Patience()));

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
        handOff.committed(new PollingPosition(1, 7));
        assertThat(handOff.take(0, 0).committed()).isEqualTo(new PollingPosition(1, 7));
        assertThat(handOff.take(0, 0).committed()).isNull();
    }

    @Test
    void tells_what_is_durable_before_it_tells_of_the_failure_and_gives_out_nothing_more() {
        handOff.put(records(2, 10));
        handOff.committed(new PollingPosition(1, 7));
        handOff.failed(Failure.of(FailureKind.TRANSIENT, "gone", ""));
        assertThat(handOff.take(10, 10_000).entries()).isEmpty();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> handOff.take(10, 10_000)).isInstanceOf(RelayException.class);
        }
    }

    @Test
    void wakes_the_loop_for_everything_it_has_to_say() {
        handOff.put(records(1, 1));
        handOff.committed(new PollingPosition(1, 1));
        handOff.failed(Failure.of(FailureKind.TRANSIENT, "gone", ""));
        assertThat(wakes).isEqualTo(3);
    }

    private static List<OutboxRecord> records(int count, int payloadBytes) {
        return IntStream.range(0, count)
                .mapToObj(
                        n -> new OutboxRecord(new PollingPosition(1, n), "id", null, new byte[payloadBytes], List.of()))
                .toList();
    }
}
