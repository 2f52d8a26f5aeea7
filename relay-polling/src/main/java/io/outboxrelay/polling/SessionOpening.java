package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * Makes a connection a {@link PollingSession}: sets what its statements rely on, marks it with a token, takes the outbox's lock,
 * inspects the table. The lock comes first, so that a relay that stands by asks for it cheaply each second. Used by one thread.
 *
 * @param inspection of the same database
 * @param request what the settings say about the table
 * @param guard how statements make sure that they run in this session
 * @param lineage of this relay's sessions
 */
record SessionOpening(
        PostgresInspection inspection, InspectionRequest request, ReaderRules.GuardRule guard, SessionLineage lineage) {

    /**
     * What the statements rely on, whatever the role's or the database's own defaults are: no filtered view of the table, no
     * long wait for an application's locks, index scans even on statistics of an empty table, and a dead peer noticed soon.
     */
    static final String SETTINGS = "SET row_security = off; SET lock_timeout = '1s'; SET synchronous_commit = on;"
            + " SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0;"
            + " SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
            + " SET tcp_user_timeout = '15s';"
            + " SET idle_in_transaction_session_timeout = '60s'; SET default_transaction_read_only = off;"
            + " SET default_transaction_isolation = 'read committed'";

    /**
     * Opens the session.
     *
     * @param connection autocommit on; the caller closes it, whatever happens here
     * @throws RelayException FENCED if another relay holds the lock, MISCONFIGURED with all problems that the inspection found,
     *     TRANSIENT on a standby
     */
    PollingSession open(Connection connection) throws SQLException {
        String statementTimeout = lineage.patience().statement().toMillis() + "ms";
        try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS + "; SET statement_timeout = '" + statementTimeout + "'");
        }
        OutboxLock lock = new OutboxLock(request.table(), lineage);
        String token = UUID.randomUUID().toString();
        boolean timed = mark(connection, token);
        long found = findTable(connection);
        if (found != 0) {
            lock.take(connection, found);
        }
        OutboxTable table = (lineage.hasPolled()
                        ? inspection.inspectAgain(connection, request)
                        : inspection.inspect(connection, request))
                .orThrow();
        lineage.polls();
        if (table.identity().oid() != found) {
            lock.take(connection, table.identity().oid());
        }
        return new PollingSession(connection, table, guard.condition(token), timed, statementTimeout);
    }

    /**
     * Marks the session, for its statements' guard.
     *
     * @return whether the server notes when transactions commit, which takes a restart to change
     */
    static boolean mark(Connection connection, String token) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT set_config('outbox_relay.session', ?, false), pg_is_in_recovery(),"
                        + " current_setting('track_commit_timestamp')::boolean")) {
            statement.setString(1, token);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getBoolean(2)) {
                    throw new RelayException(
                            FailureKind.TRANSIENT,
                            "the server is a standby",
                            "let source.url lead to the primary, for instance with targetServerType=primary; the relay waits for it");
                }
                return row.getBoolean(3);
            }
        }
    }

    /** The table's oid, or 0 where there is none of that name: then the inspection says so, with all else that is wrong. */
    private long findTable(Connection connection) throws SQLException {
        TableName name = TableName.parse(request.table());
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = ?"
                        + " AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ?::text END")) {
            statement.setString(1, name.table());
            statement.setString(2, name.schema());
            statement.setString(3, name.schema());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }
}
