package io.outboxrelay.polling;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for rows that stand at or below {@code top} though they are in no gap and were not read: there can be none unless an
 * assumption about the server is broken. One that is found becomes a gap again, so that the next read publishes it, and is
 * told as an error.
 *
 * <p>Goes through the numbers in short stretches with pauses between them, so that reading is never held up for long: a stretch
 * full of deleted rows that vacuum cannot remove costs as much as one of rows. Stretches grow while they are quick and shrink
 * when they take too long. Used by the source's thread only.
 */
final class Sweep {

    /** Between the end of one sweep and the start of the next; also the longest pause within one. */
    static final long PAUSE_LONGEST_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final String CANCELLED = "57014";
    private static final int PAGE_ROWS = 5_000;
    private static final int STRETCH_SHORTEST = 1_024;
    private static final int BUDGET_SHORTEST_MS = 10;
    private static final int BUDGET_LONGEST_MS = 8_000;

    /** Of the time. */
    private static final int SHARE = 20;

    private final PollingSession session;
    private final String standingNumbers;
    private final PollingCounters counters;
    private long sweptUpTo = Frontier.MINUS_INFINITY;
    private long stretchNumbers = Long.MAX_VALUE;
    private int budgetMs = BUDGET_SHORTEST_MS;

    /** Whether nothing that began at minus infinity ever took too long; else numbers below 0 have a stretch of their own. */
    private boolean isQuickThroughout = true;

    Sweep(PollingSession session, SequenceSql sql, PollingCounters counters) {
        this.session = session;
        this.standingNumbers = sql.standingNumbers();
        this.counters = counters;
    }

    /** How long the next stretch may take; more than the shortest only where the shortest stretches took too long. */
    int budgetMillis() {
        return budgetMs;
    }

    /** Whether the next stretch is the first of a sweep. */
    boolean isAtStart() {
        return sweptUpTo == Frontier.MINUS_INFINITY;
    }

    /**
     * Sweeps the next stretch.
     *
     * @return how long to pause after it, in nanoseconds
     */
    long run(ReadingProgress progress) throws SQLException {
        long startNanos = System.nanoTime();
        long top = progress.frontier().top();
        long end = endOfStretch(top);
        limitStatements(budgetMs + "ms");
        try {
            stretch(end, progress);
        } catch (SQLException e) {
            resetLimit(e);
            if (!CANCELLED.equals(e.getSQLState())) {
                throw e;
            }
            tookTooLong(end);
            return pause(startNanos);
        }
        limitStatements(session.statementTimeout());
        long tookNanos = System.nanoTime() - startNanos;
        if (tookNanos < budgetMs * 1_000_000L / 4) {
            stretchNumbers = stretchNumbers > Long.MAX_VALUE / 4 ? Long.MAX_VALUE : 4 * stretchNumbers;
        }
        budgetMs = Math.max(BUDGET_SHORTEST_MS, budgetMs / 2);
        if (sweptUpTo >= top) {
            sweptUpTo = Frontier.MINUS_INFINITY;
            return PAUSE_LONGEST_NANOS;
        }
        return pause(startNanos);
    }

    /** While everything is quick, one stretch takes in everything: half the statements of an idle relay would be those of a second. */
    private long endOfStretch(long top) {
        long end = sweptUpTo + stretchNumbers;
        boolean all = isQuickThroughout && stretchNumbers == Long.MAX_VALUE;
        return all || end < sweptUpTo || end > top ? top : end;
    }

    private static long pause(long startNanos) {
        return Math.min(PAUSE_LONGEST_NANOS, SHARE * (System.nanoTime() - startNanos));
    }

    private void tookTooLong(long end) {
        long tried = end - sweptUpTo;
        if (tried < 0) {
            // More numbers than there are: from minus infinity to the top.
            isQuickThroughout = false;
        } else if (tried > STRETCH_SHORTEST) {
            stretchNumbers = Math.max(STRETCH_SHORTEST, tried / 8);
        } else {
            budgetMs = Math.min(BUDGET_LONGEST_MS, 2 * budgetMs);
            LOG.debug("a stretch of a sweep took too long; the next one has {} ms", budgetMs);
        }
    }

    /** The session may go on after an error, such as a lock that an application held: then with its own limit. */
    private void resetLimit(SQLException reason) {
        try {
            limitStatements(session.statementTimeout());
        } catch (SQLException late) {
            reason.addSuppressed(late);
        }
    }

    private void stretch(long end, ReadingProgress progress) throws SQLException {
        long[] standing = progress.standing().ascending();
        int rows = 0;
        int swept = 0;
        long last = end;
        long firstSwept = 0;
        try (PreparedStatement statement = session.connection().prepareStatement(standingNumbers)) {
            statement.setLong(1, sweptUpTo);
            statement.setLong(2, end);
            statement.setInt(3, PAGE_ROWS);
            try (ResultSet numbers = statement.executeQuery()) {
                while (numbers.next()) {
                    rows++;
                    last = numbers.getLong(1);
                    if (!progress.frontier().inGap(last) && Arrays.binarySearch(standing, last) < 0) {
                        progress.reopen(last);
                        firstSwept = swept == 0 ? last : firstSwept;
                        swept++;
                    }
                }
            }
        }
        sweptUpTo = rows < PAGE_ROWS ? end : last;
        if (swept > 0) {
            counters.swept(swept);
            LOG.error(
                    "{} rows appeared where none could any more, the first one with number {}. They are published now, but maybe out of"
                            + " order: something breaks what the order rests on. Check who writes numbers into the outbox"
                            + " without drawing them from its sequence.",
                    swept,
                    firstSwept);
        }
    }

    private void limitStatements(String timeout) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute("SET statement_timeout = '" + timeout + "'");
        }
    }
}
