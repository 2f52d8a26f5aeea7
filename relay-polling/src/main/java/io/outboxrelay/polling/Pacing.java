package io.outboxrelay.polling;

import java.time.Duration;

/**
 * When to look again: at once after a read that left something behind, after the shortest wait when it brought rows, and after
 * twice the wait before when it brought none, up to the longest. Time comes in as {@link System#nanoTime}. Used by one thread only.
 */
final class Pacing {

    private final long shortestNanos;
    private final long longestNanos;
    private long waitNanos;
    private long dueNanos;

    /** Due from {@code startNanos} on. */
    Pacing(Duration shortest, Duration longest, long startNanos) {
        this.shortestNanos = shortest.toNanos();
        this.longestNanos = longest.toNanos();
        this.waitNanos = shortestNanos;
        this.dueNanos = startNanos;
    }

    boolean due(long nowNanos) {
        return nowNanos - dueNanos >= 0;
    }

    long dueNanos() {
        return dueNanos;
    }

    void moreIsWaiting(long nowNanos) {
        waitNanos = shortestNanos;
        dueNanos = nowNanos;
    }

    void foundSome(long nowNanos) {
        waitNanos = shortestNanos;
        dueNanos = nowNanos + waitNanos;
    }

    void foundNothing(long nowNanos) {
        dueNanos = nowNanos + waitNanos;
        waitNanos = Math.min(longestNanos, 2 * waitNanos);
    }
}
