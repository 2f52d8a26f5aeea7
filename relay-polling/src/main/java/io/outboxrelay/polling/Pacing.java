package io.outboxrelay.polling;

import java.time.Duration;

/**
 * When to look again: at once after a read that left something behind, after the shortest wait when it brought rows, and after
 * twice the wait before when it brought none, up to the longest. After a notification at once, but a moment after the read
 * before, so that a flood of them does not make it look without a pause. Time comes in as {@link System#nanoTime}. Used by one thread only.
 */
final class Pacing {

    private static final long NOTIFIED_PAUSE_NANOS = 1_000_000;

    private final long shortestNanos;
    private final long longestNanos;
    private long waitNanos;
    private long dueNanos;
    private long lookedNanos;

    /** Due from {@code startNanos} on. */
    Pacing(Duration shortest, Duration longest, long startNanos) {
        this.shortestNanos = shortest.toNanos();
        this.longestNanos = longest.toNanos();
        this.waitNanos = shortestNanos;
        this.dueNanos = startNanos;
        this.lookedNanos = startNanos - NOTIFIED_PAUSE_NANOS;
    }

    boolean due(long nowNanos) {
        return nowNanos - dueNanos >= 0;
    }

    long dueNanos() {
        return dueNanos;
    }

    void moreIsWaiting(long nowNanos) {
        waitNanos = shortestNanos;
        lookedNanos = nowNanos;
        dueNanos = nowNanos;
    }

    void foundSome(long nowNanos) {
        waitNanos = shortestNanos;
        lookedNanos = nowNanos;
        dueNanos = nowNanos + waitNanos;
    }

    void foundNothing(long nowNanos) {
        lookedNanos = nowNanos;
        dueNanos = nowNanos + waitNanos;
        waitNanos = Math.min(longestNanos, 2 * waitNanos);
    }

    /** Somebody says that there is something to read. */
    void notified(long nowNanos) {
        long soonestNanos = lookedNanos + NOTIFIED_PAUSE_NANOS;
        long atNanos = soonestNanos - nowNanos > 0 ? soonestNanos : nowNanos;
        if (dueNanos - atNanos > 0) {
            dueNanos = atNanos;
        }
        waitNanos = shortestNanos;
    }
}
