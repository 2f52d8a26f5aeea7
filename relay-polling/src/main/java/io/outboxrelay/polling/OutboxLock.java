package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ReaderLock;
import io.outboxrelay.polling.SessionLineage.Backend;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The advisory lock that makes a session the only reader of its outbox. It falls when the session ends, and that is for the
 * server to notice: where a connection was forgotten on its way, or a balancer keeps the server's half of it, the session that
 * this very relay has given up lives on, and the relay would stand by for itself. So its own predecessor is ended. Whatever
 * another relay holds is left alone, and so is what a pooler may have given to somebody else by now: behind one, a session of
 * the server is not the relay's own for longer than its connection, and no predecessor is remembered. Used by the source's
 * thread only.
 *
 * @param table as the settings name it
 * @param lineage which session the predecessor was
 */
record OutboxLock(String table, SessionLineage lineage) {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxLock.class);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * Takes the lock for the session. Waits, when its own predecessor has it, for at most the session's {@code lock_timeout}.
     *
     * @param oid the table's
     * @throws RelayException FENCED if another relay holds it
     */
    void take(Connection connection, long oid) throws SQLException {
        if (!ReaderLock.isTaken(connection, oid) && !(endPredecessor(connection) && comesFree(connection, oid))) {
            throw new RelayException(
                    FailureKind.FENCED,
                    "another relay reads " + table + ": it holds the table's advisory lock",
                    "nothing, if it is meant to: this one stands by and takes over; else end the other");
        }
        lineage.tookLock(own(connection));
    }

    /** Whether there was still one; it is ending now. */
    private boolean endPredecessor(Connection connection) throws SQLException {
        Backend predecessor = lineage.predecessor();
        if (predecessor == null) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_terminate_backend(pid)"
                + " FROM pg_stat_activity WHERE pid = ? AND backend_start = ?::timestamptz")) {
            statement.setInt(1, predecessor.pid());
            statement.setString(2, predecessor.startedAt());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private boolean comesFree(Connection connection, long oid) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT pg_advisory_lock(" + ReaderLock.KEY + ")")) {
            statement.setLong(1, oid);
            statement.execute();
            LOG.info("ended the relay's own previous session, which the server still took for alive");
            return true;
        } catch (SQLException e) {
            if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            return false;
        }
    }

    /** The session, where the server told the client of it when it logged in; null where a pooler told of something else. */
    private static @Nullable Backend own(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()")) {
            row.next();
            Backend self = new Backend(row.getInt(1), row.getString(2));
            return connection.unwrap(PGConnection.class).getBackendPID() == self.pid() ? self : null;
        }
    }
}
