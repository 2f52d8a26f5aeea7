package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what deletes found, and warns, at most once a minute, when published rows were gone already. Used by one thread only. */
final class MissingRows {

    private static final Logger LOG = LoggerFactory.getLogger(MissingRows.class);
    private static final String WORDS =
            "{} published rows of {} were gone before the relay deleted them: an application, a cleanup job or a second"
                    + " relay that does not take the lock deletes from the outbox. Nothing else may: it could delete what"
                    + " is not published yet.";

    private final PollingCounters counters;
    private final CountedWarning warning;

    MissingRows(OutboxTable table, PollingCounters counters) {
        this.counters = counters;
        this.warning = new CountedWarning(LOG, WORDS, table.identity().quotedName());
    }

    void deleted(int rows, int expected) {
        counters.deleted(rows);
        int missing = Math.max(0, expected - rows);
        if (missing > 0) {
            counters.missing(missing);
        }
        warning.count(missing);
    }
}
