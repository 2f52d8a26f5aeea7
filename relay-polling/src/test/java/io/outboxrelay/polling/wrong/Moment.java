package io.outboxrelay.polling.wrong;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A moment that is over too soon for a test to hit it by chance, such as the one between two statements of a reader. A script
 * says what shall happen then; the reader that has such a moment lets it happen, on its own thread. Where no reader comes by in
 * time, because it has no such moment, the script makes it happen by itself. Safe to use from any thread.
 */
public final class Moment {
    private static final long RECHECK_NANOS = 1_000_000;

    private final AtomicReference<Runnable> action = new AtomicReference<>();
    private volatile boolean done;

    /** The reader is there. */
    public void pass() {
        Runnable taken = action.getAndSet(null);
        if (taken != null) {
            run(taken);
        }
    }

    /** Says what shall happen. One script at a time. */
    public void arm(Runnable happening) {
        done = false;
        action.set(happening);
    }

    /** Returns when it has happened, which it does now at the latest if no reader came by within the bound. */
    public void awaitOrAct(Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!done && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(RECHECK_NANOS);
        }
        pass();
        while (!done) {
            LockSupport.parkNanos(RECHECK_NANOS);
        }
    }

    private void run(Runnable taken) {
        try {
            taken.run();
        } finally {
            done = true;
        }
    }
}
