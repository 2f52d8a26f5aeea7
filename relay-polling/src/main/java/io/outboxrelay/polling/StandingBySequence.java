package io.outboxrelay.polling;

import java.sql.SQLException;
import java.util.List;

/** By number; where rows are kept, without those that are published. What is below a row that was shown is not looked for again. */
final class StandingBySequence implements StandingPages {

    private final SequenceSql sql;
    private final PageCopy copy;
    private final long pageBytesMax;
    private final Frontier frontier;

    StandingBySequence(PollingSession session, PublishedExtent published, long pageBytesMax) throws SQLException {
        this.sql = SequenceSql.of(session);
        this.copy = PageCopy.of(session);
        this.pageBytesMax = pageBytesMax;
        this.frontier = new Frontier(published);
    }

    @Override
    public RowPage next(int rowsMax) throws SQLException {
        ReadStart all = new ReadStart(Frontier.MINUS_INFINITY, 0, Frontier.MINUS_INFINITY, Dormancy.NONE, false);
        RowPage page = copy.read(sql.page(frontier, all, rowsMax), pageBytesMax);
        List<Row> rows = page.rows();
        if (!rows.isEmpty()) {
            long last = rows.get(rows.size() - 1).number();
            frontier.read(last);
            frontier.dropUpTo(last);
        }
        return page;
    }
}
