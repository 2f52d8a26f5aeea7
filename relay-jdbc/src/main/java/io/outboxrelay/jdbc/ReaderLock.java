package io.outboxrelay.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The advisory lock of a PostgreSQL outbox, which whoever reads the table itself holds for as long as its session lasts: no two do. */
public final class ReaderLock {

    /** Two numbers, the second of the table whose oid is the parameter. */
    public static final String KEY = "hashtext('outbox-relay'), ?::bigint::oid::int";

    private ReaderLock() {}

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
