package io.outboxrelay.debezium;

import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.PipelineThreads;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread {@code relay-source} and the log that it reads; the package-private methods are what the loop's thread may do to it.
 * It ends when it is told to, or when anything fails: the log is closed first, so that its slot is free, then the failure is told.
 */
final class LogThread {

    /** How long the thread waits for room in the hand-off, or for the next round when there is nothing to do. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ChangeLog log;
    private final Attempt attempt;
    private final HandOff handOff;
    private final SettledRows rows;
    private final Duration confirmEvery;
    private final Thread thread = PipelineThreads.daemon("relay-source", this::run);

    private volatile @Nullable LogPosition settled;
    private volatile boolean ending;

    LogThread(ChangeLog log, Attempt attempt, HandOff handOff, SettledRows rows, Duration confirmEvery) {
        this.log = log;
        this.attempt = attempt;
        this.handOff = handOff;
        this.rows = rows;
        this.confirmEvery = confirmEvery;
    }

    /**
     * One attempt.
     *
     * @param number tells it from others of this process
     * @param figures where it tells how it is
     */
    record Attempt(long number, LogFigures figures) {}

    void start() {
        thread.start();
    }

    Batch take(int recordsMax, long bytesMax) {
        return handOff.take(recordsMax, bytesMax);
    }

    void settled(LogPosition upTo) {
        if (upTo.attempt() != attempt.number()) {
            throw new IllegalArgumentException(upTo + " is not of attempt " + attempt.number());
        }
        settled = upTo;
    }

    /** Ends the thread after what it is doing; after the grace it goes on ending by itself. */
    void end(Duration grace) {
        ending = true;
        LockSupport.unpark(thread);
        try {
            thread.join(grace.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Failure failure = null;
        attempt.figures().begins(attempt.number(), System.nanoTime());
        try (ChangeLog reading = log;
                SettledRows settling = rows) {
            read(reading, settling);
        } catch (RelayException e) {
            failure = e.failure();
        } catch (RuntimeException | Error e) {
            failure = Failure.of(
                    FailureKind.BUG, "the source failed: " + e, "report this, with the stack trace from the log", e);
        }
        attempt.figures().ended(attempt.number());
        if (failure != null && !ending) {
            handOff.failed(failure);
        }
    }

    private void read(ChangeLog from, SettledRows settling) {
        if (ending) {
            return;
        }
        LogStream stream = from.start();
        Confirming confirming = new Confirming(stream, handOff, settling, confirmEvery, System.nanoTime());
        LogReading reading = new LogReading(stream, attempt, handOff, () -> settled, confirming);
        handOff.put(List.of(reading.opening()));
        while (!ending) {
            long nowNanos = System.nanoTime();
            boolean gotOn = reading.runOnce(nowNanos);
            attempt.figures().turns(attempt.number(), nowNanos);
            if (!gotOn) {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }
}
