package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Sessions of a repair, which wait for brokers as long as it takes: whatever a role's settings would end them by is off in them. */
final class SessionSetup {

    private static final String UNBOUNDED =
            "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout',"
                    + " 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')";

    /** With it, a row that a policy would hide is an error. */
    private static final String EVERY_ROW = "SET row_security = off";

    private SessionSetup() {}

    /** @throws RelayException classified */
    static Connection open(ConnectionSettings settings) {
        Connection connection = new PostgresConnections(settings).open();
        try (Statement statement = connection.createStatement()) {
            statement.execute(UNBOUNDED);
            statement.execute(EVERY_ROW);
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a connection of which nothing more is asked did not close", e);
        }
    }
}
