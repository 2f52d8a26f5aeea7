package io.outboxrelay.debezium.repair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.BinaryCopy;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rows of a table in a snapshot that another session has exported, in the form in which the log would give them. */
final class SnapshotRows implements StandingRows {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRows.class);
    private static final int LEADING_FIELDS = 3;

    private final Connection connection;
    private final ConnectionSettings settings;
    private final BinaryCopy rows;

    /**
     * Rows that are about to come.
     *
     * @param connection in a transaction of that snapshot; belongs to this from now on
     * @param query gives id, key, payload and what routing asks for: text, or bytes of a bytea
     */
    SnapshotRows(Connection connection, ConnectionSettings settings, String query) throws SQLException {
        this.connection = connection;
        this.settings = settings;
        this.rows = BinaryCopy.of(connection, query);
    }

    @Override
    @SuppressWarnings("NullAway") // the record does take null arrays, and null texts
    public @Nullable DecodedEvent next() {
        byte[][] row;
        try {
            row = rows.next();
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
        if (row == null) {
            return null;
        }
        if (row[0] == null) {
            throw new RelayException(
                    FailureKind.POISON,
                    "a row of the table has no event id",
                    "give the row an id, or delete it, and declare the column NOT NULL");
        }
        @Nullable String[] columns = new String[row.length - LEADING_FIELDS];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = text(row[LEADING_FIELDS + i]);
        }
        return new DecodedEvent(
                new String(row[0], UTF_8), row[1], row[2], Arrays.asList(columns), OutboxRecord.COMMIT_UNKNOWN);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
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
