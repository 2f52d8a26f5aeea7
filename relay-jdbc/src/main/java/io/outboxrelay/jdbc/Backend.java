package io.outboxrelay.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * The process that answered a statement, and the server that it belongs to.
 *
 * @param pid its process id there
 * @param serverStart when that server was started, which tells servers apart
 */
record Backend(int pid, String serverStart) {

    /** Of stable functions only: a pooler that sends reads elsewhere takes this for a read. */
    static final String COLUMNS = "pg_backend_pid(), extract(epoch FROM pg_postmaster_start_time())::text";

    /**
     * Who answers a read on this connection. By a statement of its own each time: what the driver prepares in a session that
     * is shared, it does not find there again.
     */
    static Backend of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + COLUMNS)) {
            row.next();
            return new Backend(row.getInt(1), row.getString(2));
        }
    }

    boolean isOnServerOf(Backend other) {
        return serverStart.equals(other.serverStart);
    }

    /**
     * Whether this is who the client was told of when it logged in. PostgreSQL tells the truth; a pooler gives its clients a
     * number of its own, by which it recognises what they want to cancel.
     */
    boolean isToldOf(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID() == pid;
    }
}
