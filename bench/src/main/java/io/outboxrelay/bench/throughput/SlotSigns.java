package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.SourceKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Of a relay that reads the log: it is done when all events are in the topic, like the engine that it is compared with. That the slot
 * follows is asked for after the clock was stopped.
 */
final class SlotSigns implements DrainSigns {
    private static final Duration CONFIRM_MAX = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

    private final Connection connection;
    private final TopicCount topic;
    private final String end;

    /** Of an outbox that is filled, and a topic that exists and is empty. */
    SlotSigns(Servers servers, String topic) throws SQLException {
        this.connection = servers.connect();
        this.topic = new TopicCount(servers, topic);
        this.end = text("SELECT pg_current_wal_insert_lsn()");
    }

    @Override
    public long records() {
        return topic.records();
    }

    @Override
    public boolean looksDone() {
        return true;
    }

    @Override
    public String left() throws SQLException {
        long begunNanos = System.nanoTime();
        String ask = "SELECT confirmed_flush_lsn >= '" + end + "' FROM pg_replication_slots WHERE slot_name = '"
                + SourceKind.SLOT + "'";
        while (!text(ask).equals("t")) {
            if (System.nanoTime() - begunNanos > CONFIRM_MAX.toNanos()) {
                return "has not confirmed " + end + " to its slot within " + CONFIRM_MAX.toSeconds() + " s";
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return "";
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            topic.close();
        }
    }

    private String text(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return result.next() ? String.valueOf(result.getString(1)) : "nothing";
        }
    }
}
