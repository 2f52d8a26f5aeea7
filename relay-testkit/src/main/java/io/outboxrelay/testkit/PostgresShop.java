package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The shop on PostgreSQL. */
final class PostgresShop implements ShopDialect {

    @Override
    public String url(String jdbcUrl, String run) {
        return jdbcUrl + (jdbcUrl.contains("?") ? "&" : "?") + "socketTimeout=60&ApplicationName=" + run;
    }

    @Override
    public Workload doable(Workload workload) {
        return workload;
    }

    @Override
    public int raiseVersion(Connection connection, String key, int versions) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE orders SET version = version + ? WHERE id = ? RETURNING version")) {
            update.setInt(1, versions);
            update.setString(2, key);
            try (ResultSet row = update.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("no order " + key);
                }
                return row.getInt(1);
            }
        }
    }

    @Override
    public int endLeftovers(Connection connection, String run) throws SQLException {
        int sessions = terminateSessions(connection, run);
        if (sessions == 0) {
            try (Statement statement = connection.createStatement()) {
                for (String name : prepared(connection, run)) {
                    statement.execute("ROLLBACK PREPARED '" + name + "'");
                }
            }
        }
        return sessions;
    }

    private static int terminateSessions(Connection connection, String run) throws SQLException {
        String sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ?";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, run);
            int sessions = 0;
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    sessions++;
                }
            }
            return sessions;
        }
    }

    private static List<String> prepared(Connection connection, String run) throws SQLException {
        String sql = "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND starts_with(gid, ?)";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, run);
            List<String> names = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        }
    }
}
