package io.outboxrelay.testkit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The beat that all writers of a run share: the limit of the rate, the turns of commits that late ones wait for, and the
 * signal to stop. Safe to use from any thread; every wait ends at the signal.
 */
final class Tempo {
    private static final long STEP_NANOS = 200_000;

    private final long nanosPerEvent;
    private final AtomicLong nextStart = new AtomicLong(System.nanoTime());
    private final AtomicLong commits = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /** 0 is no limit. */
    Tempo(int eventsPerSecond) {
        nanosPerEvent = eventsPerSecond == 0 ? 0 : 1_000_000_000L / eventsPerSecond;
    }

    void stop() {
        stopped.set(true);
    }

    boolean isStopped() {
        return stopped.get();
    }

    /** Counts a transaction that ended. */
    void committed() {
        commits.incrementAndGet();
    }

    /** Waits for the next free moment under the rate's limit. */
    void awaitStart(int events) {
        if (nanosPerEvent == 0) {
            return;
        }
        // After an outage, the backlog of moments is dropped rather than made up for in one burst.
        long now = System.nanoTime();
        nextStart.accumulateAndGet(now - 1_000_000_000L, (next, floor) -> next - floor < 0 ? floor : next);
        long start = nextStart.getAndAdd(events * nanosPerEvent);
        pauseUntil(start);
    }

    /** Waits until so many transactions of others have committed, at most so long. */
    void awaitCommits(int count, long boundNanos) {
        long target = commits.get() + count;
        long deadline = System.nanoTime() + boundNanos;
        while (commits.get() < target && System.nanoTime() - deadline < 0 && !isStopped()) {
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /** Think time of the load. */
    void pause(long nanos) {
        pauseUntil(System.nanoTime() + nanos);
    }

    private void pauseUntil(long instant) {
        for (long left = instant - System.nanoTime(); left > 0 && !isStopped(); left = instant - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, 20_000_000));
        }
    }
}
