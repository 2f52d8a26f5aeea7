package io.outboxrelay.sidecar.management;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads {@code relay-admin-1..n}, which read requests and write answers, and {@code relay-admin-watch}, which ends what takes too
 * long. The JDK's server reads a request, once its first byte is there, on such a thread and waits for the rest: so whoever sends a byte
 * a second would hold one up for as long as it likes, and a few of them everybody. Here, a client that has a thread wait for it loses its
 * connection after {@link #PATIENCE}, and after {@link #PATIENCE_WHEN_CROWDED} or less when others wait for a thread.
 *
 * <p>A thread that waits for its client is interrupted, upon which its channel is closed. {@link #execute} is called by the server's
 * dispatcher and never waits: what finds no room is refused, and its connection closed.
 */
final class RequestThreads implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RequestThreads.class);

    static final int THREADS = 4;
    static final int WAITING_MAX = 64;
    static final Duration PATIENCE = Duration.ofSeconds(5);
    static final Duration PATIENCE_WHEN_CROWDED = Duration.ofMillis(250);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition hasWork = lock.newCondition();
    private final Condition isCrowded = lock.newCondition();

    /** Guarded by the lock, as all below. */
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    private final List<Worker> workers = new ArrayList<>();
    private boolean closed;

    /** A thread, and what it does now, which is guarded by the lock. */
    private static final class Worker {
        private final Thread thread;
        private boolean busy;
        private boolean answering;
        private long sinceNanos;

        Worker(int number, Consumer<Worker> work) {
            thread = daemon("relay-admin-" + number, () -> work.accept(this));
        }
    }

    RequestThreads() {
        for (int number = 1; number <= THREADS; number++) {
            workers.add(new Worker(number, this::work));
        }
        workers.forEach(worker -> worker.thread.start());
        daemon("relay-admin-watch", this::watch).start();
    }

    @Override
    public void execute(Runnable request) {
        lock.lock();
        try {
            if (closed || waiting.size() == WAITING_MAX) {
                throw new RejectedExecutionException("too many requests at once");
            }
            waiting.add(request);
            hasWork.signal();
            isCrowded.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Makes an answer on this thread; while that lasts nobody waits for the client, so that it is not interrupted. */
    Answer answering(Endpoint endpoint) {
        Worker self = self();
        note(self, true);
        try {
            return endpoint.answer();
        } finally {
            note(self, false);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            hasWork.signalAll();
            isCrowded.signalAll();
            workers.forEach(worker -> worker.thread.interrupt());
        } finally {
            lock.unlock();
        }
    }

    private void note(@Nullable Worker worker, boolean answering) {
        if (worker == null) {
            return;
        }
        lock.lock();
        try {
            worker.answering = answering;
            worker.sinceNanos = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Worker self() {
        Thread current = Thread.currentThread();
        return workers.stream()
                .filter(worker -> worker.thread == current)
                .findFirst()
                .orElse(null);
    }

    private void work(Worker self) {
        for (Runnable request = next(self); request != null; request = next(self)) {
            try {
                request.run();
            } catch (VirtualMachineError beyondHelp) {
                throw beyondHelp;
            } catch (Throwable broken) {
                // An error here would end the process; publishing goes on without this answer.
                LOG.warn("a request could not be answered", broken);
            }
        }
    }

    private @Nullable Runnable next(Worker self) {
        lock.lock();
        try {
            self.busy = false;
            // An interrupt that came too late was meant for the request before.
            Thread.interrupted();
            while (waiting.isEmpty() && !closed) {
                hasWork.awaitUninterruptibly();
            }
            if (closed) {
                return null;
            }
            self.busy = true;
            self.answering = false;
            self.sinceNanos = System.nanoTime();
            isCrowded.signal();
            return waiting.remove();
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        lock.lock();
        try {
            while (!closed) {
                long wait = endWhatTakesTooLong(System.nanoTime());
                if (wait == Long.MAX_VALUE) {
                    isCrowded.awaitUninterruptibly();
                } else {
                    isCrowded.awaitNanos(wait);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Returns in how many nanoseconds to look again at the latest. */
    private long endWhatTakesTooLong(long nowNanos) {
        // The more wait, the less for each: so that whoever comes last does not wait for all of them in turn.
        long patienceNanos = waiting.isEmpty()
                ? PATIENCE.toNanos()
                : PATIENCE_WHEN_CROWDED.toNanos() * THREADS / (THREADS + waiting.size());
        long next = Long.MAX_VALUE;
        for (Worker worker : workers) {
            if (worker.busy) {
                long left = worker.sinceNanos + patienceNanos - nowNanos;
                if (left <= 0 && !worker.answering) {
                    worker.thread.interrupt();
                }
                next = Math.min(next, left > 0 ? left : TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
        return next;
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
