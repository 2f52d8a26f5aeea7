package io.outboxrelay.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The advisory lock of a PostgreSQL outbox, which whoever reads the table itself holds for as long as its session lasts: no two do. */
public final class ReaderLock {

    /** Two numbers, the second of the table whose oid is the parameter. */
    public static final String KEY = "hashtext('outbox-relay'), ?::bigint::oid::int";

    /** Who holds it. Parameter: the table's oid. */
    static final String HOLDER = """
            SELECT l.pid, coalesce(host(a.client_addr), 'local') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.classid::bigint = hashtext('outbox-relay')::bigint & 4294967295 AND l.objid::bigint = ?::bigint LIMIT 1""";

    private ReaderLock() {}

    /** The process of the server that holds it, or null. */
    public static @Nullable Integer holder(Connection connection, long oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : null;
            }
        }
    }

    /**
     * Takes it for the session, without waiting.
     *
     * @param oid the table's
     * @return false where another session holds it
     */
    public static boolean isTaken(Connection connection, long oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_try_advisory_lock(" + KEY + ")")) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Whether nobody holds it now: takes it, and gives it up at once, as a session's end is noticed only a moment later. */
    public static boolean isFree(Connection connection, long oid) throws SQLException {
        if (!isTaken(connection, oid)) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_advisory_unlock(" + KEY + ")")) {
            statement.setLong(1, oid);
            statement.execute();
            return true;
        }
    }
}
