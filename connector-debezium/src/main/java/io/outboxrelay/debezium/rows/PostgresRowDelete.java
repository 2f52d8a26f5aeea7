package io.outboxrelay.debezium.rows;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
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

    private static final String TYPE = "SELECT format_type(a.atttypid, NULL) FROM pg_catalog.pg_attribute a"
            + " WHERE a.attrelid = ?::regclass AND a.attname = ? AND a.attnum > 0 AND NOT a.attisdropped";

    private final Connection connection;
    private final String sql;

    private PostgresRowDelete(Connection connection, String sql) {
        this.connection = connection;
        this.sql = sql;
    }

    /**
     * Connects.
     *
     * @param id the column of the ids
     * @throws RelayException classified, if that cannot be done
     */
    static RowDelete of(ConnectionSettings settings, TableName table, String id) {
        Connection connection = new PostgresConnections(settings).open();
        try {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(STATEMENT.toMillis() + 5_000));
            try (Statement statement = connection.createStatement()) {
                statement.execute(SETTINGS);
            }
            String sql = "DELETE FROM " + table.quoted() + " o USING unnest(CAST(? AS text[])) AS settled(id) WHERE o."
                    + Identifiers.quote(id) + " = CAST(settled.id AS " + type(connection, table, id) + ")";
            return new PostgresRowDelete(connection, sql);
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

    @Override
    public int delete(List<String> ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
            return statement.executeUpdate();
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
