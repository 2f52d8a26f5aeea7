package io.outboxrelay.debezium;

import io.outboxrelay.debezium.decode.EventDecoder;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * What comes through a slot. What a record says of its own place is never used: several can share one. Its {@value #LAST_COMMIT} is
 * the end of the transaction before it: once all that came before the record is settled, that may be confirmed. A mark that
 * Debezium makes before it has decoded anything has none, only the current place of the log, in front of which the whole backlog
 * stands.
 */
final class PostgresStream implements LogStream {

    private static final String LAST_COMMIT = "lsn_commit";
    private static final String HEARTBEATS = "__debezium-heartbeat";

    private final Started started;
    private final Slot slot;
    private final StreamHealth health;
    private final EventDecoder decoder;
    private final ConnectionSettings connection;
    private List<SourceRecord> ahead;
    private @Nullable LsnMark recent;

    PostgresStream(
            Started started, Slot slot, StreamHealth health, EventDecoder decoder, ConnectionSettings connection) {
        this.started = started;
        this.slot = slot;
        this.health = health;
        this.decoder = decoder;
        this.connection = connection;
        this.ahead = started.ahead();
    }

    /**
     * A connector that reads.
     *
     * @param offsets what it is told
     * @param ahead what it had read by then
     * @param messages the topic of logical messages
     */
    record Started(Connector task, ToldOffsets offsets, List<SourceRecord> ahead, String messages) {}

    /** What reads the log for it. */
    interface Connector {

        /** The next records; waits for a moment when there are none. */
        List<SourceRecord> poll() throws ConnectorFailure;

        /** Has the connector tell the database what it is told by the offsets that it was given. On return the database has been sent it. */
        void confirm() throws ConnectorFailure;
    }

    /** What the relay itself knows of the slot. */
    interface Slot {

        /** @throws io.outboxrelay.failure.RelayException once it is not what it was */
        void throwIfLost();

        /** Everything that committed before this is settled. Durable on return. */
        void store(long lsn);
    }

    @Override
    public List<SourceRecord> poll(boolean take) {
        slot.throwIfLost();
        if (!take) {
            return List.of();
        }
        List<SourceRecord> records = ahead;
        ahead = List.of();
        if (records.isEmpty()) {
            try {
                records = started.task().poll();
            } catch (ConnectorFailure e) {
                throw e.whileReading(connection);
            }
        }
        listen(records);
        return records;
    }

    private void listen(List<SourceRecord> records) {
        boolean news = false;
        for (SourceRecord record : records) {
            if (record.topic().equals(started.messages())) {
                heard(record);
            }
            news = news || !record.topic().startsWith(HEARTBEATS);
        }
        long now = System.nanoTime();
        if (news) {
            health.news(now);
        } else {
            health.nothing(now);
        }
    }

    private void heard(SourceRecord message) {
        Struct said = ((Struct) message.value()).getStruct("message");
        if (Barrier.PREFIX.equals(said.getString("prefix"))) {
            health.barrierCame((ByteBuffer) said.get("content"));
        }
    }

    @Override
    public @Nullable LogMark markBefore(SourceRecord record) {
        Object lsn = record.sourceOffset().get(LAST_COMMIT);
        if (lsn == null) {
            return null;
        }
        long commit = (Long) lsn;
        if (recent == null || recent.lsn() != commit) {
            recent = new LsnMark(commit);
        }
        return recent;
    }

    @Override
    public void confirm(LogMark upTo) {
        long lsn = ((LsnMark) upTo).lsn();
        slot.store(lsn);
        started.offsets().tell(Map.of(LAST_COMMIT, lsn, "lsn_proc", lsn, "lsn", lsn));
        try {
            started.task().confirm();
        } catch (ConnectorFailure e) {
            throw e.whileReading(connection);
        }
    }

    @Override
    public EventDecoder decoder() {
        return decoder;
    }
}
