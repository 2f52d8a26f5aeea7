package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.MachineUse;
import io.outboxrelay.bench.stage.MeasuredProcess;
import io.outboxrelay.bench.stage.ProcessUse;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** Watches a process empty the outbox, from outside and with little work. Confined to one thread. */
final class DrainWatch {
    private static final long CLOSE_LOOK_NANOS = Duration.ofMillis(5).toNanos();
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    private static final Duration STANDSTILL_MAX = Duration.ofSeconds(60);

    /** More than what a relay has on its way: from here on it is looked closely. */
    private static final long TAIL_EVENTS = 100_000;

    private final DrainSigns signs;
    private final long events;

    /** Watches an outbox that is filled. */
    DrainWatch(DrainSigns signs, long events) {
        this.signs = signs;
        this.events = events;
    }

    /**
     * Waits until a process has emptied the table.
     *
     * @param begunNanos when it was started
     * @throws BenchFailure when it ends by itself, or nothing moves for {@link #STANDSTILL_MAX}
     */
    Drain measure(MeasuredProcess process, long begunNanos) throws SQLException {
        awaitRecords(process, 1);
        long firstNanos = System.nanoTime();
        Instant firstAt = Instant.now();
        MachineUse machineAtFirst = MachineUse.now();
        ProcessUse atFirst = ProcessUse.of(process.pid());
        ProcessUse brokerAtFirst = ProcessUse.ofThisOne();
        awaitRecords(process, events);
        awaitEmpty(process);
        long emptyNanos = System.nanoTime();
        ProcessUse atEnd = ProcessUse.of(process.pid());
        double brokerCpuSeconds = ProcessUse.ofThisOne().cpuSeconds() - brokerAtFirst.cpuSeconds();
        double busy = MachineUse.now().busySince(machineAtFirst);
        requireEmpty(process);
        return new Drain(
                events,
                Duration.ofNanos(firstNanos - begunNanos),
                firstAt,
                Duration.ofNanos(emptyNanos - firstNanos),
                atFirst.cpuSeconds(),
                atEnd.cpuSeconds() - atFirst.cpuSeconds(),
                brokerCpuSeconds,
                atEnd.residentBytesPeak(),
                busy);
    }

    private void awaitRecords(MeasuredProcess process, long enough) {
        long seen = -1;
        long movedNanos = System.nanoTime();
        for (long count = signs.records(); count < enough; count = signs.records()) {
            long now = System.nanoTime();
            if (count > seen) {
                seen = count;
                movedNanos = now;
            } else if (now - movedNanos > STANDSTILL_MAX.toNanos()) {
                throw process.failure("stands still at " + count + " records of " + events);
            }
            process.requireRunning();
            boolean near = count == 0 || count > events - TAIL_EVENTS;
            LockSupport.parkNanos(near ? CLOSE_LOOK_NANOS : LOOK_NANOS);
        }
    }

    private void awaitEmpty(MeasuredProcess process) throws SQLException {
        long begunNanos = System.nanoTime();
        while (!signs.looksDone()) {
            if (System.nanoTime() - begunNanos > STANDSTILL_MAX.toNanos()) {
                throw process.failure("published everything, but is not done with the last rows");
            }
            process.requireRunning();
            LockSupport.parkNanos(CLOSE_LOOK_NANOS);
        }
    }

    private void requireEmpty(MeasuredProcess process) throws SQLException {
        String left = signs.left();
        if (!left.isEmpty()) {
            throw process.failure(left);
        }
    }
}
