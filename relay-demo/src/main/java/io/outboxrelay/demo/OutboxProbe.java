package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderEvent;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/**
 * Asks the database what stands in the outbox and how long the relay has held its lock. Belongs to one thread.
 *
 * <p>The table bears no time, so the age of a row is that of its commit in the order service's history.
 */
final class OutboxProbe implements AutoCloseable {
    private static final String PENDING = "SELECT count(*),"
            + " ARRAY(SELECT id FROM " + Servers.SCHEMA.table() + " ORDER BY seq LIMIT 100) FROM "
            + Servers.SCHEMA.table();
    /** The relay takes an advisory lock once it has inspected the table and is about to read. */
    private static final String READER = "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
            + " WHERE locktype = 'advisory' AND granted AND usename = '" + Servers.RELAY_ROLE + "')";

    private final Connection connection;

    private OutboxProbe(Connection connection) {
        this.connection = connection;
    }

    static OutboxProbe connected(Servers servers) throws SQLException {
        return new OutboxProbe(DriverManager.getConnection(servers.shopUrl() + "&socketTimeout=30"));
    }

    /** Whether the relay is at the table. */
    boolean hasReader() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(READER);
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** Rows of committed events, and the age of the oldest among the hundred with the lowest numbers. */
    Snapshot.Pending pending(CommittedHistory history) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(PENDING);
                ResultSet row = select.executeQuery()) {
            row.next();
            long oldestNanos = 0;
            long nowNanos = System.nanoTime();
            for (UUID id : (UUID[]) row.getArray(2).getArray()) {
                OrderEvent event = history.find(id);
                if (event != null) {
                    oldestNanos = Math.max(oldestNanos, nowNanos - event.committedNanos());
                }
            }
            return new Snapshot.Pending(row.getLong(1), Duration.ofNanos(oldestNanos));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
