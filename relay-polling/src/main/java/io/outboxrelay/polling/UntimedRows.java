package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts rows whose commit has no timestamp, and warns, at most once a minute. They are published first, by their numbers: they
 * are older than all that have one, but among each other their order is not known. Used by one thread only.
 */
final class UntimedRows {

    private static final Logger LOG = LoggerFactory.getLogger(UntimedRows.class);
    private static final long WARN_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    private final OutboxTable table;
    private final PollingCounters counters;
    private long untold;
    private long nextWarningNanos = System.nanoTime();

    UntimedRows(OutboxTable table, PollingCounters counters) {
        this.table = table;
        this.counters = counters;
    }

    void listed(int rows) {
        counters.untimed(rows);
        untold += rows;
        if (untold > 0 && System.nanoTime() - nextWarningNanos >= 0) {
            LOG.warn(
                    "{} rows of {} have no commit timestamp: they were committed before track_commit_timestamp was last switched on, or"
                            + " so long ago that the server has forgotten when. They are published before all others, in the order of"
                            + " their numbers, which may not be the order in which their transactions took effect.",
                    untold,
                    table.identity().quotedName());
            untold = 0;
            nextWarningNanos = System.nanoTime() + WARN_INTERVAL_NANOS;
        }
    }
}
