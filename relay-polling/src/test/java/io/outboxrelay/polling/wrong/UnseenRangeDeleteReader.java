package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads whatever stands in the table, but deletes from the lowest published number to the highest, as every
 * {@code DELETE ... WHERE id <= :last} does. A row that appears in between after the read, which a sequence with {@code CACHE 50}
 * makes an everyday event, is deleted unread. It loses rows.
 */
public final class UnseenRangeDeleteReader implements WrongReader {
    private final Moment beforeDelete;
    private final Set<Long> outstanding = new HashSet<>();

    public UnseenRangeDeleteReader(Moment beforeDelete) {
        this.beforeDelete = beforeDelete;
    }

    @Override
    public List<Row> read(Connection connection, int rowsMax) throws SQLException {
        List<Row> rows = Row.select(connection, "NOT " + Row.in(outstanding), rowsMax);
        rows.forEach(row -> outstanding.add(row.number()));
        return rows;
    }

    @Override
    public void delete(Connection connection, List<Long> settled) throws SQLException {
        beforeDelete.pass();
        Row.deleteRange(connection, Collections.min(settled), Collections.max(settled));
        settled.forEach(outstanding::remove);
    }
}
