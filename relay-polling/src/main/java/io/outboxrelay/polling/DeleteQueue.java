package io.outboxrelay.polling;

import org.jspecify.annotations.Nullable;

/**
 * When to delete what the engine has settled, and what may be reported as durable afterwards: many rows at a time under load,
 * at once when there is nothing else to do. Counts ordinals only. Time comes in as {@link System#nanoTime}. Used by one thread only.
 */
final class DeleteQueue {

    static final int BATCH_ROWS_MAX = 20_000;
    private static final int WAITING_ROWS_MAX = 10_000;
    private static final int PAUSED_ROWS_MAX = 10_000;
    private static final long WAITING_NANOS_MAX = 50_000_000;
    private static final long RETRY_NANOS = 1_000_000_000;

    private @Nullable PollingPosition settled;
    private @Nullable PollingPosition reported;
    private long deleted;
    private long waitingSinceNanos;
    private long retryAtNanos;
    private long fewAtNanos;

    /** Starts at the checkpoint of a session, with nothing to delete. */
    DeleteQueue(long nowNanos) {
        waitingSinceNanos = nowNanos;
        retryAtNanos = nowNanos;
        fewAtNanos = nowNanos;
    }

    /** The engine has settled everything up to here. */
    void settled(PollingPosition upTo, long nowNanos) {
        if (upTo.equals(settled)) {
            return;
        }
        if (rowsWaiting() == 0) {
            waitingSinceNanos = nowNanos;
        }
        settled = upTo;
    }

    long rowsWaiting() {
        return settled == null ? 0 : settled.ordinal() - deleted;
    }

    /** @param idle whether there is nothing left to read, so that a delete delays nothing */
    boolean due(long nowNanos, boolean idle) {
        return rowsWaiting() > 0
                && nowNanos - retryAtNanos >= 0
                && (nowNanos - fewAtNanos >= 0 || rowsWaiting() >= PAUSED_ROWS_MAX)
                && (idle || rowsWaiting() >= WAITING_ROWS_MAX || nowNanos - waitingSinceNanos >= WAITING_NANOS_MAX);
    }

    /** When {@link #due} will hold at the latest; far away while nothing waits. */
    long dueNanos(long nowNanos) {
        if (rowsWaiting() == 0) {
            return nowNanos + Long.MAX_VALUE / 4;
        }
        long due = waitingSinceNanos + WAITING_NANOS_MAX;
        due = due - fewAtNanos > 0 ? due : fewAtNanos;
        return due - retryAtNanos > 0 ? due : retryAtNanos;
    }

    /** How many rows to delete now, the oldest first. */
    int batchRows() {
        return (int) Math.min(BATCH_ROWS_MAX, rowsWaiting());
    }

    /** How many rows of this session are deleted. */
    long rowsDeleted() {
        return deleted;
    }

    /** These rows are deleted, and durably so. */
    void deleted(int rows) {
        deleted += rows;
    }

    /** The application holds some of the rows: not at once again. */
    void heldUp(long nowNanos) {
        retryAtNanos = nowNanos + RETRY_NANOS;
    }

    /** To delete costs as much for few rows as for many: not before then, unless many wait. */
    void fewNotBefore(long atNanos) {
        fewAtNanos = atNanos;
    }

    /** A position that became durable since the last call, or null. */
    @Nullable
    PollingPosition takeNews() {
        if (settled == null || rowsWaiting() > 0 || settled.equals(reported)) {
            return null;
        }
        reported = settled;
        return settled;
    }
}
