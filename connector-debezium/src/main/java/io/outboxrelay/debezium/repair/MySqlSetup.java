package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.MySqlSession;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sessions of a repair on MySQL, which give values alike whatever the server is set to, and wait for brokers as long as it takes. */
final class MySqlSetup {

    private static final String ALIKE = "SET SESSION sql_mode = '', time_zone = '+00:00', max_execution_time = 0,"
            + " net_write_timeout = 31536000, wait_timeout = 31536000";

    private MySqlSetup() {}

    /** @throws RelayException classified */
    static Connection open(ConnectionSettings settings) {
        Connection connection = MySqlSession.connect(settings);
        try {
            execute(connection, ALIKE);
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw new RelayException(MySqlFailures.classify(e, settings));
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first row's values; null where there is no row. */
    static @Nullable List<String> row(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                return null;
            }
            String[] values = new String[row.getMetaData().getColumnCount()];
            for (int column = 0; column < values.length; column++) {
                values[column] = String.valueOf(row.getString(column + 1));
            }
            return List.of(values);
        }
    }

    /** Of which nothing more is asked. */
    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a connection of which nothing more is asked did not close", e);
        }
    }
}
