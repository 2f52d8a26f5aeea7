package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database session that holds the outbox's lock: its connection, its table as inspected, the guard of its statements. All
 * that is known of sequence numbers is valid within it only. Used by the source's thread only.
 *
 * @param connection autocommit on
 * @param table as the inspection found it
 * @param guard a condition that holds in this session only and raises an error in any other
 */
record PollingSession(Connection connection, OutboxTable table, String guard) {

    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);

    /** Below the socket's timeout, so that the server says that a statement takes too long before the network does. */
    static final String STATEMENT_TIMEOUT = "25s";

    /**
     * Makes sure that every commit whose rows were read so far survives a crash of the server: one synchronous commit flushes
     * the log up to itself. Without it, rows of transactions that committed with {@code synchronous_commit = off} could be
     * published and then undone.
     */
    void flushCommits() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_logical_emit_message(true, 'outbox-relay', ''::text) WHERE " + guard);
        }
    }

    /**
     * Runs deletes in one transaction, which is durable when this returns, and rolls it back when they delete too much.
     *
     * @param rowsMax how many rows there can be
     * @return how many rows were deleted
     * @throws RelayException BUG if there were more; none is deleted then
     */
    int delete(List<Delete> deletes, int rowsMax) throws SQLException {
        connection.setAutoCommit(false);
        try {
            int rows = 0;
            for (Delete delete : deletes) {
                rows += run(delete);
            }
            if (rows > rowsMax) {
                throw new RelayException(
                        FailureKind.BUG,
                        "a delete of " + rowsMax + " published rows met " + rows + " rows of "
                                + table.identity().quotedName() + "; it was rolled back",
                        "report this; no row is lost");
            }
            connection.commit();
            connection.setAutoCommit(true);
            return rows;
        } catch (SQLException | RuntimeException e) {
            rollBack(e);
            throw e;
        }
    }

    /**
     * Gives the outbox's lock back; nothing may be done in the session afterwards. Its end would do the same, but only once the
     * server has noticed it, and the next source should not find its own predecessor in the way.
     */
    void giveUpLock() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock_all() WHERE " + guard);
        } catch (SQLException e) {
            LOG.debug("the session is gone, and its lock with it", e);
        }
    }

    private int run(Delete delete) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(delete.sql())) {
            PGConnection arrays = connection.unwrap(PGConnection.class);
            for (int i = 0; i < delete.arrays().size(); i++) {
                statement.setArray(
                        i + 1,
                        arrays.createArrayOf(
                                delete.elementType(), delete.arrays().get(i)));
            }
            return statement.executeUpdate();
        }
    }

    private void rollBack(Exception reason) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    /**
     * A DELETE statement whose parameters are arrays.
     *
     * @param sql with a placeholder for each array
     * @param elementType PostgreSQL's name of the type of all their elements
     * @param arrays arrays of any type that the driver takes for an array, such as {@code long[]}
     */
    record Delete(String sql, String elementType, List<Object> arrays) {

        Delete {
            arrays = List.copyOf(arrays);
        }
    }
}
