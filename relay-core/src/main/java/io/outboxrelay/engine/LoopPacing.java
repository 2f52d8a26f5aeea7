package io.outboxrelay.engine;

import io.outboxrelay.outbox.Wakeup;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * When the loop's thread goes round again. While little is in flight, at once: whoever has something for it wakes it. While much is, it
 * rests for a moment after each round and nobody disturbs it: acknowledgements come one by one, by the thousand, and to be woken
 * by each would cost both sides more than all else that the loop does.
 *
 * <p>No wake is lost. Whoever calls {@link #wake} has put down what it is about before; if it finds the thread resting, the rest
 * ends after that, and a round follows upon every rest.
 *
 * <p>{@link #wake} may be called by any thread, all else by the loop's.
 */
final class LoopPacing implements Wakeup {

    /** A tenth of the window by default: some milliseconds of work at full speed, far more than passes in a rest. */
    static final int MANY_RECORDS = 2_000;

    private static final long REST_NANOS = Duration.ofNanos(500_000).toNanos();

    private final Thread thread;
    private volatile boolean resting;

    /** @param thread the loop's */
    LoopPacing(Thread thread) {
        this.thread = thread;
    }

    @Override
    public void wake() {
        if (!resting) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Waits until it is time for the next round.
     *
     * @param done how much the last one did
     * @param inFlightRecords how many records are in flight
     * @param idleNanos how long to wait at most where nothing was done
     */
    void afterRound(int done, int inFlightRecords, long idleNanos) {
        if (done == 0) {
            LockSupport.parkNanos(this, idleNanos);
        } else if (inFlightRecords >= MANY_RECORDS) {
            rest();
        }
    }

    private void rest() {
        resting = true;
        long endNanos = System.nanoTime() + REST_NANOS;
        // Somebody may have woken the thread while it was busy, which would end the first wait at once.
        for (long left = REST_NANOS; left > 0; left = endNanos - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
        resting = false;
    }
}
