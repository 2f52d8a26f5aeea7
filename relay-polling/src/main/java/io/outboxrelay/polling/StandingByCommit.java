package io.outboxrelay.polling;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** By commit timestamp, as one snapshot shows it: one round, of no more rows than are asked for. */
final class StandingByCommit implements StandingPages {

    private final CommitOrderSql sql;
    private final PageCopy copy;
    private final long pageBytesMax;
    private final Round round;

    StandingByCommit(PollingSession session, int rowsMax, long pageBytesMax) throws SQLException {
        this.sql = new CommitOrderSql(session.table(), session.guard(), session.timed());
        this.copy = PageCopy.of(session);
        this.pageBytesMax = pageBytesMax;
        Connection connection = session.connection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(CommitOrderReader.SETTINGS);
        }
        ReaderRules.Rounds one =
                new ReaderRules.Rounds(rowsMax, ReaderRules.PRODUCTION.rounds().rule());
        // Untimed rows come first; that they do is for a relay to warn of.
        this.round = new RoundListing(session, one, untimed -> {}).list(new long[0]);
    }

    @Override
    public RowPage next(int rowsMax) throws SQLException {
        while (!round.isEmpty()) {
            long[] numbers = round.upcoming(rowsMax);
            RowPage page = copy.read(sql.page(numbers), pageBytesMax);
            List<Row> rows = page.rows();
            round.passed(page.cut() ? placeBehind(rows.get(rows.size() - 1).number(), numbers) : numbers.length);
            if (!rows.isEmpty()) {
                return page;
            }
            // All of them were published meanwhile, by a relay at work.
        }
        return new RowPage(List.of(), false, 0);
    }

    private static int placeBehind(long last, long[] numbers) {
        int place = numbers.length;
        while (place > 1 && numbers[place - 1] != last) {
            place--;
        }
        return place;
    }
}
