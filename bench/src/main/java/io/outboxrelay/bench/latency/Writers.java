package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.Workload;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Commits events one by one at times that are fixed beforehand, whatever becomes of earlier ones: a slow answer delays nothing
 * but what the same writer has to do next, and that is told. Used by one thread, which waits for the writers' own.
 */
final class Writers implements AutoCloseable {
    private final Workload workload;
    private final Moments moments;
    private final List<Writer> writers = new ArrayList<>();
    private final ExecutorService threads;

    /**
     * Connects.
     *
     * @param notifying whether each transaction notifies the relay
     */
    Writers(Servers servers, Workload workload, Moments moments, boolean notifying) throws SQLException {
        this.workload = workload;
        this.moments = moments;
        this.threads = Executors.newFixedThreadPool(workload.writers());
        for (int i = 0; i < workload.writers(); i++) {
            writers.add(Writer.connected(servers, notifying));
        }
    }

    /**
     * Commits the events of a range at a rate.
     *
     * @return how much later than planned the latest one began, in nanoseconds
     */
    long write(long first, long end, int perSecond) {
        long beginNanos = System.nanoTime();
        List<CompletableFuture<Long>> late = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            int index = i;
            late.add(CompletableFuture.supplyAsync(
                    () -> writeShare(index, first, end, new Schedule(beginNanos, first, perSecond)), threads));
        }
        try {
            return late.stream().mapToLong(CompletableFuture::join).max().orElse(0);
        } catch (CompletionException e) {
            throw new BenchFailure("an event could not be written: " + e.getCause(), e);
        }
    }

    private record Schedule(long beginNanos, long first, int perSecond) {
        long dueNanos(long number) {
            return beginNanos + (long) ((number - first) * (1e9 / perSecond));
        }
    }

    private long writeShare(int index, long first, long end, Schedule schedule) {
        long lateNanosMax = 0;
        try {
            for (long number = first; number < end; number++) {
                if (workload.writerOf(number) == index) {
                    long dueNanos = schedule.dueNanos(number);
                    awaitNanos(dueNanos);
                    lateNanosMax = Math.max(lateNanosMax, System.nanoTime() - dueNanos);
                    writers.get(index).write(workload, number, moments);
                }
            }
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
        return lateNanosMax;
    }

    private static void awaitNanos(long dueNanos) {
        for (long left = dueNanos - System.nanoTime(); left > 0; left = dueNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() throws SQLException {
        threads.shutdownNow();
        for (Writer writer : writers) {
            writer.close();
        }
    }
}
