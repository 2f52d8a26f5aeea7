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
 * Asks the database what stands in the outbox, where published rows are deleted. Belongs to one thread.
 *
 * <p>The table bears no time, so the age of a row is that of its commit in the order service's history.
 */
final class TableProbe implements OutboxProbe {
    private static final String PENDING = "SELECT count(*),"
            + " ARRAY(SELECT id FROM " + Servers.SCHEMA.table() + " ORDER BY seq LIMIT 100) FROM "
            + Servers.SCHEMA.table();
    /** Goes to a topic of its own, so that it is no part of what is counted and judged. */
    static final String GREET = "INSERT INTO " + Servers.SCHEMA.table()
            + " (id, aggregatetype, aggregateid, type, payload)"
            + " VALUES (gen_random_uuid(), 'greeting', 'demo', 'Greeting', '{}')";

    private final Connection connection;

    private TableProbe(Connection connection) {
        this.connection = connection;
    }

    static TableProbe connected(Servers servers) throws SQLException {
        return new TableProbe(DriverManager.getConnection(servers.shopUrl() + "&socketTimeout=30"));
    }

    @Override
    public void greet() throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(GREET)) {
            insert.executeUpdate();
        }
    }

    @Override
    public boolean isEmpty() throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT NOT EXISTS (SELECT FROM " + Servers.SCHEMA.table() + ")");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** Counts the rows that stand, and takes the oldest among the hundred with the lowest numbers. */
    @Override
    public Snapshot.Pending pending(CommittedHistory history) throws SQLException {
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
