package io.outboxrelay.polling;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Drives sources as the engine does, without Kafka: polls, notes every record as published, settles entries after random times
 * and so out of order, commits the contiguous settled prefix, keeps entries in flight until the source has reported them as
 * committed, and replaces a source that failed. Holds sources to their contract on the way. One thread of its own; the methods
 * may be called from any thread.
 */
final class SourceDriver implements AutoCloseable {
    private static final int IN_FLIGHT_MAX = 2_000;
    private static final long BYTES_MAX = 4L << 20;
    private static final long PARK_NANOS = 1_000_000;
    private static final long RETRY_NANOS = 20_000_000;

    private final Supplier<OutboxSource> sources;
    private final Sightings sightings;
    private final SplittableRandom random;
    private final Thread thread = new Thread(this::drive, "driver");
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private volatile @Nullable Throwable fatal;
    private volatile boolean held;
    private volatile boolean calm;
    private volatile boolean stopping;

    SourceDriver(Supplier<OutboxSource> sources, Sightings sightings, long seed) {
        this.sources = sources;
        this.sightings = sightings;
        this.random = new SplittableRandom(seed);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** From now on nothing is committed, though everything goes on being published. */
    void holdCommits() {
        held = true;
    }

    void releaseCommits() {
        held = false;
    }

    /** Whether everything delivered is settled, and everything that was asked to be committed is committed. */
    boolean isCalm() {
        return calm;
    }

    /** Why sources were replaced, in order. */
    List<Failure> failures() {
        return failures;
    }

    /** What ended the driver itself: a failure after which the relay would not try again, or a broken contract. Null while it runs. */
    @Nullable
    Throwable fatal() {
        return fatal;
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    private void drive() {
        try {
            while (!stopping) {
                driveOne();
            }
        } catch (RuntimeException | Error e) {
            fatal = e;
        }
    }

    private void driveOne() {
        InFlightEntries inFlight = new InFlightEntries(random);
        try (OutboxSource source = sources.get()) {
            source.open(() -> LockSupport.unpark(thread));
            while (!stopping) {
                runOnce(source, inFlight);
            }
        } catch (RelayException e) {
            failures.add(e.failure());
            FailureKind kind = e.failure().kind();
            if (kind != FailureKind.TRANSIENT && kind != FailureKind.FENCED) {
                throw e;
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private void runOnce(OutboxSource source, InFlightEntries inFlight) {
        Batch batch = source.poll(IN_FLIGHT_MAX - inFlight.size(), BYTES_MAX);
        if (!batch.entries().isEmpty()) {
            calm = false;
        }
        for (Entry entry : batch.entries()) {
            inFlight.add(entry);
            if (entry instanceof OutboxRecord record) {
                sightings.add(record);
            }
        }
        if (batch.committed() != null) {
            inFlight.committed(batch.committed());
        }
        Position settled = held ? null : inFlight.newlySettled();
        calm = inFlight.isCalm();
        if (settled != null) {
            source.commit(settled);
        } else if (batch.entries().isEmpty()) {
            LockSupport.parkNanos(PARK_NANOS);
        }
    }
}
