package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code WHERE id > :last ORDER BY id}, the first idea of everybody; the incrementing mode of Kafka Connect's JDBC source reads
 * so. Numbers are drawn before transactions commit: a lower one that commits after a higher one was read is never looked for
 * again. It loses rows.
 */
public final class IdAboveLastReader implements WrongReader {
    private long last;

    @Override
    public List<Row> read(Connection connection, int rowsMax) throws SQLException {
        List<Row> rows = Row.select(connection, "seq > " + last, rowsMax);
        if (!rows.isEmpty()) {
            last = rows.get(rows.size() - 1).number();
        }
        return rows;
    }

    @Override
    public void delete(Connection connection, List<Long> settled) throws SQLException {
        Row.deleteByNumber(connection, settled);
    }
}
