package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** Reads the table in which every transaction of {@link OrderService} left the ids of its events. */
public final class OrderLedger {
    private static final int FETCH_ROWS = 10_000;

    private OrderLedger() {}

    /** Ids of all events whose transactions took effect. */
    public static Set<UUID> events(Connection connection) throws SQLException {
        Set<UUID> ids = new HashSet<>();
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery("SELECT concat(events) FROM order_ledger")) {
                while (rows.next()) {
                    for (String id : rows.getString(1).replaceAll("[{}]", "").split(",", -1)) {
                        ids.add(UUID.fromString(id));
                    }
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        }
        return ids;
    }

    /**
     * Answers a history's open questions from the database. No writer may be under way, and no prepared transaction:
     * {@link OrderService#stop()} sees to that and calls this.
     */
    public static CommittedHistory.Settlement settle(CommittedHistory history, Connection connection)
            throws SQLException {
        return history.settle(events(connection));
    }
}
