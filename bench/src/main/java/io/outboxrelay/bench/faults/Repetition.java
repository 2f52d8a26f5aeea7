package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Something that is done over and over, on a thread of its own, as long as a fault is in force. Safe to use from any thread. */
final class Repetition {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration END_MAX = Duration.ofSeconds(60);

    private final Step step;
    private final Thread thread;
    private volatile boolean ending;
    private volatile @Nullable Exception failure;

    private Repetition(String name, Step step) {
        this.step = step;
        this.thread = new Thread(this::repeat, name);
        thread.setDaemon(true);
    }

    /** What is done each time. */
    interface Step {
        void run() throws SQLException;
    }

    static Repetition started(String name, Step step) {
        Repetition repetition = new Repetition(name, step);
        repetition.thread.start();
        return repetition;
    }

    /** Ends it after the time that is under way; throws what made it end before. */
    void end() {
        ending = true;
        try {
            thread.join(END_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted", e);
        }
        Exception early = failure;
        if (thread.isAlive() || early != null) {
            throw new BenchFailure("the thread " + thread.getName() + (early == null ? " does not end" : ": " + early));
        }
    }

    private void repeat() {
        try {
            while (!ending) {
                step.run();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (SQLException | RuntimeException e) {
            failure = e;
        }
    }
}
