package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Whether a pooler sends what looks like a read to another server than what writes, as pgpool-II does with standbys: what the
 * relay reads there lags behind what it deletes. Compares who answers a query, who answers a COPY of a query, and who answers
 * once a lock was taken that only a primary gives.
 *
 * <p>pgpool-II draws lots once for each session. So where a pooler is known to be there, further sessions are asked as well.
 */
final class SplitCheck {

    /** With one standby beside the primary, fewer than one in two hundred splitting poolers get through at one start. */
    private static final int FURTHER_SESSIONS = 6;

    private final PostgresConnections connections;
    private final Canary.Perch table;

    SplitCheck(PostgresConnections connections, Canary.Perch table) {
        this.connections = connections;
        this.table = table;
    }

    /**
     * MISCONFIGURED, or null.
     *
     * @param reader autocommit on; left as it was, unless this throws
     * @throws RelayException when a connection fails, the lock is not to be had, or there is no further connection
     */
    @Nullable
    Failure check(Connection reader) {
        try {
            boolean splits = splits(reader);
            boolean pooled = !Backend.of(reader).isToldOf(reader);
            for (int further = 0; pooled && !splits && further < FURTHER_SESSIONS; further++) {
                try (Connection another = connections.open()) {
                    splits = splits(another);
                }
            }
            return splits ? refused() : null;
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, connections.settings()));
        }
    }

    private static Failure refused() {
        return Failure.of(
                FailureKind.MISCONFIGURED,
                "a pooler stands before the database, and it sends reads to another server than writes",
                PoolerCheck.REMEDY
                        + "; with pgpool-II, set load_balance_mode = off or send the whole database to the primary"
                        + " (database_redirect_preference_list = 'shop:primary')");
    }

    private boolean splits(Connection connection) throws SQLException {
        Backend writing = writing(connection);
        return !Backend.of(connection).equals(writing) || !copying(connection).equals(writing);
    }

    private Backend writing(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '1s'");
            statement.execute("LOCK TABLE " + table.quotedName() + " IN ROW EXCLUSIVE MODE");
            Backend writing = Backend.of(connection);
            connection.rollback();
            connection.setAutoCommit(true);
            return writing;
        }
    }

    private static Backend copying(Connection connection) throws SQLException {
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT " + Backend.COLUMNS + ") TO STDOUT");
        StringBuilder line = new StringBuilder();
        for (byte[] part = copy.readFromCopy(); part != null; part = copy.readFromCopy()) {
            line.append(new String(part, StandardCharsets.US_ASCII));
        }
        String[] columns = line.toString().strip().split("\t", -1);
        return new Backend(Integer.parseInt(columns[0]), columns[1]);
    }
}
