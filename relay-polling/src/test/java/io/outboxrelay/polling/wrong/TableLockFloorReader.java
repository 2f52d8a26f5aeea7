package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Notes the highest number drawn and which sessions hold a writer's lock on the outbox <em>table</em>; once all of these have
 * ended their transactions, everything up to that number is taken for final, read once, and deleted as a range. It looks
 * careful. But a prepared transaction belongs to no session, a number can be drawn before the insert that uses it, and ROLLBACK
 * TO SAVEPOINT gives the lock on the table back while the transaction keeps the number. It loses rows.
 */
public final class TableLockFloorReader implements WrongReader {
    private final Set<String> holders = new HashSet<>();
    private long floor;
    private long last;

    @Override
    public List<Row> read(Connection connection, int rowsMax) throws SQLException {
        holders.retainAll(writers(connection));
        if (!holders.isEmpty()) {
            return List.of();
        }
        List<Row> rows = Row.select(connection, "seq > " + last + " AND seq <= " + floor, rowsMax);
        if (!rows.isEmpty()) {
            last = rows.get(rows.size() - 1).number();
        }
        if (rows.size() < rowsMax) {
            last = Math.max(last, floor);
            floor = highestDrawn(connection);
            holders.addAll(writers(connection));
        }
        return rows;
    }

    @Override
    public void delete(Connection connection, List<Long> settled) throws SQLException {
        Row.deleteRange(connection, settled.get(0), settled.get(settled.size() - 1));
    }

    private static long highestDrawn(Connection connection) throws SQLException {
        String sequence = "pg_sequence_last_value(pg_get_serial_sequence('outbox', 'seq')::regclass)";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT coalesce(" + sequence + ", 0)")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Set<String> writers(Connection connection) throws SQLException {
        Set<String> writers = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                        WHERE l.relation IN (SELECT 'outbox'::regclass
                                             UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = 'outbox'::regclass)
                          AND l.mode = 'RowExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
                        """)) {
            while (rows.next()) {
                writers.add(rows.getString(1));
            }
        }
        return writers;
    }
}
