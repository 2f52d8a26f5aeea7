package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what deletes found, and warns, at most once a minute, when published rows were gone already. Used by one thread only. */
final class MissingRows {

    private static final Logger LOG = LoggerFactory.getLogger(MissingRows.class);
    private static final long WARN_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    private final OutboxTable table;
    private final PollingCounters counters;
    private long untold;
    private long nextWarningNanos = System.nanoTime();

    MissingRows(OutboxTable table, PollingCounters counters) {
        this.table = table;
        this.counters = counters;
    }

    void deleted(int rows, int expected) {
        counters.deleted(rows);
        if (rows < expected) {
            counters.missing(expected - rows);
            untold += expected - rows;
        }
        if (untold > 0 && System.nanoTime() - nextWarningNanos >= 0) {
            LOG.warn(
                    "{} published rows of {} were gone before the relay deleted them: an application, a cleanup job or a second"
                            + " relay that does not take the lock deletes from the outbox. Nothing else may: it could delete what"
                            + " is not published yet.",
                    untold,
                    table.identity().quotedName());
            untold = 0;
            nextWarningNanos = System.nanoTime() + WARN_INTERVAL_NANOS;
        }
    }
}
