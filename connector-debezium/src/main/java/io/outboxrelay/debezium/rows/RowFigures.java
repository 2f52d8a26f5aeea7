package io.outboxrelay.debezium.rows;

import java.util.concurrent.atomic.AtomicLong;

/** How many rows the sources of one relay deleted, one after the other. Written by their threads, read by any. */
public final class RowFigures {

    private final AtomicLong deleted = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private volatile long waiting;

    /** Rows that were deleted, since the start. */
    public long deleted() {
        return deleted.get();
    }

    /** Rows whose events are published and that are not deleted any more, since the start; see {@link RowDeletion}. */
    public long left() {
        return left.get();
    }

    /** Rows whose events are published and that are to be deleted. */
    public long waiting() {
        return waiting;
    }

    void deleted(long rows) {
        deleted.addAndGet(rows);
    }

    void left(long rows) {
        left.addAndGet(rows);
    }

    void waiting(long rows) {
        waiting = rows;
    }
}
