package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())}, as several event stores on PostgreSQL read: only what
 * every running transaction is younger than. It loses nothing, but a transaction gets its id with its first write, not when it
 * takes the aggregate's lock: the second change of an aggregate may have the lower id, and while an unrelated transaction with
 * an id between the two stays open, only the second is eligible. It reorders.
 *
 * <p>Every row bears the id of its transaction as {@code xmin}; comparing 32 bits will do on a server this young.
 */
public final class XminWatermarkReader implements WrongReader {
    private final Set<Long> outstanding = new HashSet<>();

    @Override
    public List<Row> read(Connection connection, int rowsMax) throws SQLException {
        String eligible = "xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        List<Row> rows = Row.select(connection, eligible + " AND NOT " + Row.in(outstanding), rowsMax);
        rows.forEach(row -> outstanding.add(row.number()));
        return rows;
    }

    @Override
    public void delete(Connection connection, List<Long> settled) throws SQLException {
        Row.deleteByNumber(connection, settled);
        settled.forEach(outstanding::remove);
    }
}
