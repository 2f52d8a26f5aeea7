package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Shows that the relay sees what another session holds: a second, short connection locks the table as a writer would, and the
 * first must see that lock. It also gives away what {@link PoolerCheck} cannot know a pooler by, and what {@link SplitCheck} finds:
 * the first connection's session must be the same before and after, and must not be the second's.
 */
final class Canary {

    private static final String SEEN = """
            SELECT true FROM pg_locks
             WHERE locktype = 'relation' AND relation = ?::oid AND pid = ? AND granted AND mode = 'RowExclusiveLock'
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""";

    private final Connection reader;
    private final PostgresConnections connections;

    Canary(Connection reader, PostgresConnections connections) {
        this.reader = reader;
        this.connections = connections;
    }

    /**
     * Where it sits: a table that the relay may write to.
     *
     * @param oid the table's oid
     * @param quotedName schema and table
     */
    record Perch(long oid, String quotedName) {}

    /**
     * What is wrong, or null. TRANSIENT where the second connection or its lock was not to be had.
     *
     * @throws SQLException when the first connection fails
     */
    @Nullable
    Failure check(Perch table) throws SQLException {
        try {
            Failure split = new SplitCheck(connections, table).check(reader);
            return split == null ? seen(table) : split;
        } catch (RelayException e) {
            Failure failure = e.failure();
            String what = "the canary failed (a second, short connection that locks the table as a writer would): "
                    + failure.problems().get(0).what();
            return Failure.of(failure.kind(), what, failure.problems().get(0).remedy(), e);
        }
    }

    private @Nullable Failure seen(Perch table) throws SQLException {
        long before = backend(reader);
        try (Connection writer = connections.open()) {
            return compare(table, before, writer);
        }
    }

    private @Nullable Failure compare(Perch table, long before, Connection writer) throws SQLException {
        long canary;
        try (Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            canary = backend(writer);
            statement.execute("SET LOCAL lock_timeout = '1s'");
            statement.execute("LOCK TABLE " + table.quotedName() + " IN ROW EXCLUSIVE MODE");
        } catch (SQLException e) {
            // Its rollback is the end of its connection.
            throw new RelayException(PostgresFailures.classify(e, connections.settings()));
        }
        if (canary == before || backend(reader) != before) {
            return Failure.of(
                    FailureKind.MISCONFIGURED,
                    "a pooler shares the relay's database session with other connections",
                    PoolerCheck.REMEDY);
        }
        if (!new Catalog(reader).holds(SEEN, table.oid(), canary)) {
            return Failure.of(
                    FailureKind.MISCONFIGURED,
                    "another session's lock on " + table.quotedName()
                            + " is not seen in pg_locks: the two connections reach different servers, or the server is not PostgreSQL",
                    PoolerCheck.REMEDY + WayOut.ORDER_NONE);
        }
        return null;
    }

    private static long backend(Connection connection) throws SQLException {
        return Objects.requireNonNull(new Catalog(connection).first("SELECT pg_backend_pid()", row -> row.getLong(1)));
    }
}
