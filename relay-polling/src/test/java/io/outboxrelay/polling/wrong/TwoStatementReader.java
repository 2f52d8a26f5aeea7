package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Remembers the numbers that it has not seen, and looks for them with one statement and for new rows with another. It loses
 * nothing; but what commits between the two is seen by the second only: when the first change of an aggregate fills a gap, and
 * the second one follows at once, the second is published first. It reorders.
 */
public final class TwoStatementReader implements WrongReader {
    private final Moment betweenStatements;
    private final TreeSet<Long> gaps = new TreeSet<>();
    private long top;

    public TwoStatementReader(Moment betweenStatements) {
        this.betweenStatements = betweenStatements;
    }

    @Override
    public List<Row> read(Connection connection, int rowsMax) throws SQLException {
        List<Row> rows = new ArrayList<>(Row.select(connection, Row.in(gaps), rowsMax));
        rows.forEach(row -> gaps.remove(row.number()));
        betweenStatements.pass();
        if (rows.size() < rowsMax) {
            for (Row row : Row.select(connection, "seq > " + top, rowsMax - rows.size())) {
                for (long unseen = top + 1; unseen < row.number(); unseen++) {
                    gaps.add(unseen);
                }
                top = row.number();
                rows.add(row);
            }
        }
        return rows;
    }

    @Override
    public void delete(Connection connection, List<Long> settled) throws SQLException {
        Row.deleteByNumber(connection, settled);
    }
}
