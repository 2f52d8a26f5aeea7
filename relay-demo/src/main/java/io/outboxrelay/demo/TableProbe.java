package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.OutboxSchema;
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
            + " ARRAY(SELECT id FROM " + OutboxSchema.standard().table() + " ORDER BY seq LIMIT 100) FROM "
            + OutboxSchema.standard().table();
    private final Connection connection;

    private TableProbe(Connection connection) {
        this.connection = connection;
    }

    static TableProbe connected(Servers servers) throws SQLException {
        return new TableProbe(DriverManager.getConnection(servers.shop().url() + "&socketTimeout=30"));
    }

    @Override
    public void greet() throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(OutboxProbe.greeting("gen_random_uuid()"))) {
            insert.executeUpdate();
        }
    }

    @Override
    public boolean isEmpty() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT NOT EXISTS (SELECT FROM "
                        + OutboxSchema.standard().table() + ")");
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
