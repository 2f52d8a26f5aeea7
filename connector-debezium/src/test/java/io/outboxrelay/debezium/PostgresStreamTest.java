package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PostgresStreamTest {

    private static final String ROWS = "relay.public.outbox";
    private static final String HEARTBEATS = "__debezium-heartbeat.relay";

    private final ToldOffsets offsets = new ToldOffsets();
    private final List<String> done = new ArrayList<>();
    private @Nullable RelayException lost;
    private @Nullable RelayException storeAway;

    private final PostgresStream stream = new PostgresStream(
            new PostgresStream.Started(
                    new Connector(), offsets, List.of(record(ROWS, Map.of("lsn", 7L))), "relay.message"),
            new Slot(),
            new StreamHealth(0),
            change -> null,
            ConnectionSettings.of("jdbc:postgresql://localhost/shop", "relay", null));

    private final class Connector implements PostgresStream.Connector {

        @Override
        public List<SourceRecord> poll() {
            return List.of(record(ROWS, Map.of("lsn", 8L)));
        }

        @Override
        public void confirm() {
            done.add("told " + offsets.offset(Map.of()).get("lsn_commit"));
        }
    }

    private final class Slot implements PostgresStream.Slot {

        @Override
        public void throwIfLost() {
            if (lost != null) {
                throw lost;
            }
        }

        @Override
        public void store(long lsn) {
            if (storeAway != null) {
                throw storeAway;
            }
            done.add("stored " + lsn);
        }
    }

    private static SourceRecord record(String topic, Map<String, Object> offset) {
        return new SourceRecord(Map.of(), offset, topic, null, null);
    }

    private List<Long> taken() {
        return stream.poll(true).stream()
                .map(change -> (Long) change.sourceOffset().get("lsn"))
                .toList();
    }

    @Test
    void in_front_of_a_change_ends_the_last_transaction_that_committed_wherever_the_change_itself_stands() {
        assertThat(stream.markBefore(record(ROWS, Map.of("lsn", 90L, "lsn_proc", 90L, "lsn_commit", 120L))))
                .isEqualTo(new LsnMark(120));
        assertThat(stream.markBefore(record(ROWS, Map.of("lsn", 400L, "lsn_proc", 400L, "lsn_commit", 120L))))
                .isEqualTo(new LsnMark(120));
    }

    @Test
    void before_anything_has_committed_nothing_can_be_confirmed() {
        assertThat(stream.markBefore(record(ROWS, Map.of("lsn", 90L, "lsn_proc", 90L))))
                .isNull();
    }

    @Test
    void a_mark_of_debeziums_own_is_nowhere_but_behind_the_last_transaction() {
        assertThat(stream.markBefore(record(HEARTBEATS, Map.of("lsn", 500L)))).isNull();
        assertThat(stream.markBefore(record(HEARTBEATS, Map.of("lsn", 500L, "lsn_proc", 500L, "lsn_commit", 120L))))
                .isEqualTo(new LsnMark(120));
    }

    @Test
    void a_place_is_stored_before_the_slot_is_told() {
        stream.confirm(new LsnMark(120));
        assertThat(done).containsExactly("stored 120", "told 120");
    }

    @Test
    void what_cannot_be_stored_is_not_told() {
        storeAway = new RelayException(FailureKind.TRANSIENT, "the store is away", "wait");
        assertThatThrownBy(() -> stream.confirm(new LsnMark(120))).isSameAs(storeAway);
        assertThat(done).isEmpty();
        assertThat(offsets.offset(Map.of())).isNull();
    }

    @Test
    void what_came_before_anybody_asked_comes_first_and_once() {
        assertThat(taken()).containsExactly(7L);
        assertThat(taken()).containsExactly(8L);
    }

    @Test
    void without_room_nothing_is_taken_and_a_lost_slot_is_noticed_all_the_same() {
        assertThat(stream.poll(false)).isEmpty();
        assertThat(taken()).containsExactly(7L);
        lost = new RelayException(FailureKind.POSITION_LOST, "the slot is gone", "decide");
        assertThatThrownBy(() -> stream.poll(false)).isSameAs(lost);
    }
}
