package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * {@code WHERE committed > :last ORDER BY committed}, by the server's own commit timestamps: no number can be wrong, no clock but
 * one. But a transaction gets its timestamp before its commit is written to disk, and is visible only afterwards; another one,
 * with a later timestamp, may be visible earlier. It loses rows.
 */
public final class TimestampAboveLastReader implements WrongReader {
    private static final String COMMITTED = "pg_xact_commit_timestamp(xmin)";

    private String last = "-infinity";

    @Override
    public List<Row> read(Connection connection, int rowsMax) throws SQLException {
        List<Row> rows = Row.select(connection, COMMITTED + " > '" + last + "'", COMMITTED + ", seq", rowsMax);
        if (!rows.isEmpty()) {
            last = committed(connection, rows.get(rows.size() - 1));
        }
        return rows;
    }

    @Override
    public void delete(Connection connection, List<Long> settled) throws SQLException {
        Row.deleteByNumber(connection, settled);
    }

    private static String committed(Connection connection, Row row) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT " + COMMITTED + "::text FROM outbox WHERE seq = " + row.number())) {
            result.next();
            return result.getString(1);
        }
    }
}
