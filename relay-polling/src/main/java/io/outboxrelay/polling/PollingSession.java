package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database session that holds the outbox's lock: its connection, its table as inspected, the guard of its statements. All
 * that is known of sequence numbers is valid within it only. Used by the source's thread only.
 *
 * @param connection autocommit on
 * @param table as the inspection found it
 * @param guard a condition that holds in this session only and raises an error in any other
 * @param timed whether the server notes when transactions commit
 * @param statementTimeout how long a statement may take, as the server's setting of that name has it
 */
record PollingSession(Connection connection, OutboxTable table, String guard, boolean timed, String statementTimeout) {

    private static final Logger LOG = LoggerFactory.getLogger(PollingSession.class);
    private static final int GIVING_UP_MILLIS_MAX = 1_000;

    /**
     * Makes sure that every commit whose rows were read so far survives a crash of the server. Without it, rows of transactions
     * that committed with {@code synchronous_commit = off} could be published and then undone. A commit is in the log before any
     * snapshot shows its rows; so where all that was in the log when this is asked has been flushed already, there is nothing to
     * do. Otherwise one synchronous commit of its own flushes the log up to itself. With synchronous standbys it is always that
     * commit: it also waits for them, and a flush here says nothing about a flush there.
     *
     * @return how the server stood when it began with that
     */
    Flushed flushCommits() throws SQLException {
        OutboxTable.Sequence sequence = table.sequence();
        String lastDrawn = sequence == null ? "NULL::bigint" : "(" + sequence.lastDrawnSql() + ")";
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, "
                                + lastDrawn + ", CASE WHEN current_setting('synchronous_standby_names') <> ''"
                                + " OR pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()"
                                + " THEN pg_logical_emit_message(true, 'outbox-relay', ''::text) END WHERE " + guard)) {
            row.next();
            long clockMicros = row.getLong(1);
            long drawn = row.getLong(2);
            return new Flushed(clockMicros, row.wasNull() ? null : drawn);
        }
    }

    /**
     * How the server stood.
     *
     * @param clockMicros what its clock showed, in microseconds since 1970
     * @param lastDrawn the last number of the table's sequence, or null where it has none
     */
    record Flushed(long clockMicros, @Nullable Long lastDrawn) {}

    /**
     * Runs statements in one transaction, which is durable when this returns, and rolls it back when they throw.
     *
     * @return what they return
     */
    int inTransaction(Work work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            int result = work.run();
            connection.commit();
            connection.setAutoCommit(true);
            return result;
        } catch (SQLException | RuntimeException e) {
            rollBack(e);
            throw e;
        }
    }

    /**
     * Gives the outbox's lock back; nothing may be done in the session afterwards. Its end would do the same, but only once the
     * server has noticed it, and the next source should not find its own predecessor in the way. Takes a second at most: the
     * connection may be dead, and was waited for long enough when that was found out.
     */
    void giveUpLock() {
        try (Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, GIVING_UP_MILLIS_MAX);
            statement.execute("SELECT pg_advisory_unlock_all() WHERE " + guard);
        } catch (SQLException e) {
            LOG.debug("the session is gone, and its lock with it", e);
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

    /** Statements of a transaction, and what comes of them. */
    interface Work {
        int run() throws SQLException;
    }
}
