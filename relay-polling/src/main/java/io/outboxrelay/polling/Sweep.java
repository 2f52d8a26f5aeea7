package io.outboxrelay.polling;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for rows that stand at or below {@code top} though they are in no gap and were not read: there can be none unless an
 * assumption about the server is broken. One that is found becomes a gap again, so that the next read publishes it, and is
 * told as an error. Looks at numbers only, within a budget of time; what was left is swept the next time. Used by the source's thread only.
 */
final class Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final String CANCELLED = "57014";
    private static final int PAGE_ROWS = 5_000;
    private static final int BUDGET_SHORTEST_MS = 500;
    private static final int BUDGET_LONGEST_MS = 8_000;
    private static final int INTERVAL_PER_BUDGET = 10;

    private final PollingSession session;
    private final String standingNumbers;
    private final PollingCounters counters;
    private long sweptUpTo = Frontier.MINUS_INFINITY;
    private int budgetMs = BUDGET_SHORTEST_MS;

    Sweep(PollingSession session, SequenceSql sql, PollingCounters counters) {
        this.session = session;
        this.standingNumbers = sql.standingNumbers();
        this.counters = counters;
    }

    /** How long to wait until the next one: a sweep takes at most a tenth of the time. */
    long intervalNanos() {
        return 1_000_000L * INTERVAL_PER_BUDGET * budgetMs;
    }

    /**
     * Sweeps on from where the last one ended.
     *
     * @param standing the numbers read and not deleted, ascending
     */
    void run(Frontier frontier, long[] standing) throws SQLException {
        long endNanos = System.nanoTime() + 1_000_000L * budgetMs;
        limitStatements(budgetMs + "ms");
        try (PreparedStatement statement = session.connection().prepareStatement(standingNumbers)) {
            boolean more = true;
            while (more && endNanos - System.nanoTime() > 0) {
                more = page(statement, frontier, standing);
            }
        } catch (SQLException e) {
            resetLimit(e);
            if (!CANCELLED.equals(e.getSQLState())) {
                throw e;
            }
            budgetMs = Math.min(BUDGET_LONGEST_MS, 2 * budgetMs);
            LOG.debug("a sweep ran out of time; the next one has {} ms", budgetMs);
            return;
        }
        limitStatements(PollingSession.STATEMENT_TIMEOUT);
        budgetMs = Math.max(BUDGET_SHORTEST_MS, budgetMs / 2);
    }

    /** The session may go on after an error, such as a lock that an application held: then with its own limit. */
    private void resetLimit(SQLException reason) {
        try {
            limitStatements(PollingSession.STATEMENT_TIMEOUT);
        } catch (SQLException late) {
            reason.addSuppressed(late);
        }
    }

    private boolean page(PreparedStatement statement, Frontier frontier, long[] standing) throws SQLException {
        statement.setLong(1, sweptUpTo);
        statement.setLong(2, frontier.top());
        statement.setInt(3, PAGE_ROWS);
        int rows = 0;
        int swept = 0;
        long firstSwept = 0;
        try (ResultSet numbers = statement.executeQuery()) {
            while (numbers.next()) {
                rows++;
                sweptUpTo = numbers.getLong(1);
                if (!frontier.inGap(sweptUpTo) && Arrays.binarySearch(standing, sweptUpTo) < 0) {
                    frontier.reopen(sweptUpTo);
                    firstSwept = swept == 0 ? sweptUpTo : firstSwept;
                    swept++;
                }
            }
        }
        if (swept > 0) {
            counters.swept(swept);
            LOG.error(
                    "{} rows appeared where none could any more, the first one with number {}. They are published now, but maybe out of"
                            + " order: something breaks what the order rests on. Check who writes numbers into the outbox"
                            + " without drawing them from its sequence.",
                    swept,
                    firstSwept);
        }
        if (rows < PAGE_ROWS) {
            sweptUpTo = Frontier.MINUS_INFINITY;
            return false;
        }
        return true;
    }

    private void limitStatements(String timeout) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute("SET statement_timeout = '" + timeout + "'");
        }
    }
}
