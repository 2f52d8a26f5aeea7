package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rows of a table in a snapshot, in the form in which MySQL's log would give them; one after the other, as the server sends them. */
final class MySqlRows implements StandingRows {

    private static final Logger LOG = LoggerFactory.getLogger(MySqlRows.class);
    private static final int LEADING_FIELDS = 3;

    private final Connection connection;
    private final ConnectionSettings settings;
    private final List<MySqlColumn> columns;
    private final ResultSet rows;

    /** @param connection in the transaction of that snapshot; belongs to this from now on */
    MySqlRows(Connection connection, ConnectionSettings settings, MySqlQuery query) throws SQLException {
        this.connection = connection;
        this.settings = settings;
        this.columns = query.columns();
        Statement statement = connection.createStatement();
        // How the driver is told not to take all of them first.
        statement.setFetchSize(Integer.MIN_VALUE);
        this.rows = statement.executeQuery(query.sql());
    }

    @Override
    public @Nullable DecodedEvent next() {
        try {
            return rows.next() ? event() : null;
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, settings));
        }
    }

    @SuppressWarnings("NullAway") // the record does take null arrays, and null texts
    private DecodedEvent event() throws SQLException {
        String id = text(0);
        if (id == null) {
            throw new RelayException(
                    FailureKind.POISON,
                    "a row of the table has no event id",
                    "give the row an id, or delete it, and declare the column NOT NULL");
        }
        @Nullable String[] routed = new String[columns.size() - LEADING_FIELDS];
        for (int i = 0; i < routed.length; i++) {
            routed[i] = text(LEADING_FIELDS + i);
        }
        return new DecodedEvent(id, bytes(1), bytes(2), Arrays.asList(routed), OutboxRecord.COMMIT_UNKNOWN);
    }

    private @Nullable String text(int column) throws SQLException {
        byte[] value = rows.getBytes(column + 1);
        return value == null ? null : columns.get(column).text(value);
    }

    private byte @Nullable [] bytes(int column) throws SQLException {
        byte[] value = rows.getBytes(column + 1);
        return value == null ? null : columns.get(column).bytes(value);
    }

    @Override
    public void close() {
        try {
            connection.abort(command ->
                    PipelineThreads.daemon("relay-repair-cut", command).start());
        } catch (SQLException e) {
            LOG.debug("the connection could not be cut; it ends with the process", e);
        }
    }
}
