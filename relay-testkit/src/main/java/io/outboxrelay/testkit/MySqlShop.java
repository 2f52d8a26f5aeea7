package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The shop on MySQL. */
final class MySqlShop implements ShopDialect {
    /** As {@link OutboxSchema#createShop()} promises. */
    static final String CREATE = """
            CREATE TABLE orders (id varchar(64) PRIMARY KEY, version bigint NOT NULL DEFAULT 0);
            CREATE TABLE order_ledger (number bigint AUTO_INCREMENT PRIMARY KEY, events longtext NOT NULL);
            """;

    private static final String RUN_ATTRIBUTE = "order_service_run";
    private static final int NO_SUCH_THREAD = 1094;

    static String createOutbox(OutboxSchema schema) {
        return """
                CREATE TABLE %s (
                  id varchar(64) PRIMARY KEY,
                  aggregatetype varchar(255) NOT NULL,
                  aggregateid varchar(255) NOT NULL,
                  type varchar(255) NOT NULL,
                  payload %s) CHARACTER SET utf8mb4;
                """.formatted(schema.table(), schema.payloadType());
    }

    @Override
    public String url(String jdbcUrl, String run) {
        return jdbcUrl + (jdbcUrl.contains("?") ? "&" : "?") + "socketTimeout=60000&connectionAttributes="
                + RUN_ATTRIBUTE + ":" + run;
    }

    /** Without numbers drawn by hand, which there are none of, and XA transactions, at which a relay stops. */
    @Override
    public Workload doable(Workload workload) {
        Map<Habit, Integer> habits = new EnumMap<>(workload.manners().habits());
        habits.remove(Habit.NUMBER_FIRST);
        habits.remove(Habit.PREPARED);
        return workload.withHabits(habits);
    }

    @Override
    public int raiseVersion(Connection connection, String key, int versions) throws SQLException {
        try (PreparedStatement update =
                        connection.prepareStatement("UPDATE orders SET version = version + ? WHERE id = ?");
                PreparedStatement select = connection.prepareStatement("SELECT version FROM orders WHERE id = ?")) {
            update.setInt(1, versions);
            update.setString(2, key);
            update.executeUpdate();
            select.setString(1, key);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("no order " + key);
                }
                return row.getInt(1);
            }
        }
    }

    @Override
    public int endLeftovers(Connection connection, String run) throws SQLException {
        List<Long> sessions = new ArrayList<>();
        String sql = "SELECT processlist_id FROM performance_schema.session_connect_attrs" + " WHERE attr_name = '"
                + RUN_ATTRIBUTE + "' AND attr_value = ?";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, run);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    sessions.add(rows.getLong(1));
                }
            }
        }
        for (long session : sessions) {
            kill(connection, session);
        }
        return sessions.size();
    }

    private static void kill(Connection connection, long session) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("KILL " + session);
        } catch (SQLException e) {
            // It has ended by itself meanwhile.
            if (e.getErrorCode() != NO_SUCH_THREAD) {
                throw e;
            }
        }
    }
}
