package io.outboxrelay.debezium.rows;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.StreamIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes rows of a table of PostgreSQL's by their ids, partitions' rows too. */
final class PostgresRowDelete implements RowDelete {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresRowDelete.class);

    /** Where no index leads to an id, each portion reads the whole table once. */
    private static final Duration STATEMENT = Duration.ofSeconds(55);

    /**
     * What the statement relies on, whatever the role's own defaults are: no filtered view of the table; a lock that is given up before
     * the server looks for deadlocks, so that it never ends an application's transaction for the relay's sake; an index where there is
     * one, also on statistics of an empty table; and a commit that a crash does not undo, as the slot is told next.
     */
    private static final String SETTINGS =
            "SET row_security = off; SET lock_timeout = '200ms'; SET synchronous_commit = on;"
                    + " SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0;"
                    + " SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';"
                    + " SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
                    + " SET statement_timeout = '" + STATEMENT.toMillis() + "ms'";

    /** Of any length: as the standard's name a {@code character} would be one character long. */
    private static final String TYPE = "SELECT format_type(a.atttypid, -1) FROM pg_catalog.pg_attribute a"
            + " WHERE a.attrelid = ?::regclass AND a.attname = ? AND a.attnum > 0 AND NOT a.attisdropped";

    private final Connection connection;
    private final Statements statements;
    private final String identity;

    private PostgresRowDelete(Connection connection, Statements statements, String identity) {
        this.connection = connection;
        this.statements = statements;
        this.identity = identity;
    }

    /** @param lock keeps a name to what it leads to until the transaction ends */
    private record Statements(String lock, String identity, String delete) {}

    /**
     * Connects.
     *
     * @param identity what the table's name has to lead to, see {@link StreamIdentity}; null for what it leads to now
     * @throws RelayException classified, if that cannot be done
     */
    static PostgresRowDelete of(ConnectionSettings settings, RowDeletion.Rows rows, @Nullable String identity) {
        TableName table = rows.table();
        String id = rows.id();
        Connection connection = new PostgresConnections(settings).open();
        try {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(STATEMENT.toMillis() + 5_000));
            try (Statement statement = connection.createStatement()) {
                statement.execute(SETTINGS);
            }
            String delete =
                    "DELETE FROM " + table.quoted() + " o USING unnest(CAST(? AS text[])) AS settled(id) WHERE o."
                            + Identifiers.quote(id) + " = CAST(settled.id AS " + type(connection, table, id) + ")";
            Statements statements = new Statements(
                    "LOCK TABLE ONLY " + table.quoted() + " IN ROW EXCLUSIVE MODE",
                    StreamIdentity.sql(rows.publication(), table.quoted()),
                    delete);
            String expected = identity == null ? asked(connection, statements.identity()) : identity;
            connection.setAutoCommit(false);
            return new PostgresRowDelete(connection, statements, expected);
        } catch (SQLException e) {
            close(connection);
            throw new RelayException(PostgresFailures.classify(e, settings));
        } catch (RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    private static String type(Connection connection, TableName table, String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TYPE)) {
            statement.setString(1, table.quoted());
            statement.setString(2, id);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new RelayException(
                            FailureKind.MISCONFIGURED,
                            table + " has no column " + id,
                            "correct outbox.columns.id, or add the column");
                }
                return row.getString(1);
            }
        }
    }

    private static String asked(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /** What its name leads to. */
    String identity() {
        return identity;
    }

    /**
     * The statement goes by a name, and waits for locks: behind a migration the name may lead to another table, whose rows nobody has
     * published, and another server may stand behind the address. So it is asked under a lock that keeps the name to what it is.
     */
    @Override
    public int delete(List<String> ids) throws SQLException {
        try {
            try (Statement lock = connection.createStatement()) {
                lock.execute(statements.lock());
            }
            String found = asked(connection, statements.identity());
            if (!found.equals(identity)) {
                throw new RelayException(
                        FailureKind.TRANSIENT,
                        "the table, its publication or the server is not the one whose rows were published",
                        "nothing: the relay looks what it is");
            }
            int count;
            try (PreparedStatement statement = connection.prepareStatement(statements.delete())) {
                statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
                count = statement.executeUpdate();
            }
            connection.commit();
            return count;
        } catch (SQLException | RelayException e) {
            rollback(e);
            throw e;
        }
    }

    private void rollback(Exception reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("the connection that deletes did not close in good order", e);
        }
    }
}
