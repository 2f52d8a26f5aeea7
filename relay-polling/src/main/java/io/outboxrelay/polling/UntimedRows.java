package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts rows whose commit has no timestamp, and warns, at most once a minute. They are published first, by their numbers: they
 * are older than all that have one, but among each other their order is not known. Used by one thread only.
 */
final class UntimedRows {

    private static final Logger LOG = LoggerFactory.getLogger(UntimedRows.class);
    private static final String WORDS =
            "{} rows of {} have no commit timestamp: they were committed before track_commit_timestamp was last switched on, or"
                    + " so long ago that the server has forgotten when. They are published before all others, in the order of"
                    + " their numbers, which may not be the order in which their transactions took effect.";

    private final PollingCounters counters;
    private final CountedWarning warning;

    UntimedRows(OutboxTable table, PollingCounters counters) {
        this.counters = counters;
        this.warning = new CountedWarning(LOG, WORDS, table.identity().quotedName());
    }

    void listed(int rows) {
        counters.untimed(rows);
        warning.count(rows);
    }
}
