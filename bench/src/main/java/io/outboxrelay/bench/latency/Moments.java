package io.outboxrelay.bench.latency;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When each event was committed and when it arrived, by {@link System#nanoTime} of this JVM: writers and consumer share one clock.
 * Safe to use from any thread.
 */
final class Moments {
    private final AtomicLongArray asked;
    private final AtomicLongArray committed;
    private final AtomicLongArray arrived;
    private final AtomicInteger arrivedCount = new AtomicInteger();

    Moments(long events) {
        int size = Math.toIntExact(events);
        asked = new AtomicLongArray(size);
        committed = new AtomicLongArray(size);
        arrived = new AtomicLongArray(size);
    }

    /**
     * An event was committed.
     *
     * @param askedNanos just before the database was asked to commit
     * @param committedNanos just after it had said that it has
     */
    void committed(long number, long askedNanos, long committedNanos) {
        asked.set((int) number, askedNanos);
        committed.set((int) number, committedNanos);
    }

    /** A consumer has an event; only the first time counts. */
    void arrived(long number, long nanos) {
        if (number >= 0 && number < arrived.length() && arrived.compareAndSet((int) number, 0, nanos)) {
            arrivedCount.incrementAndGet();
        }
    }

    /** How many events have arrived. */
    int arrivedCount() {
        return arrivedCount.get();
    }

    /** From the commit's success to the arrival, for the events of a range. Negative where the consumer was faster than the answer. */
    Percentiles fromCommit(long first, long end) {
        return between(committed, first, end);
    }

    /** From the wish to commit to the arrival: the same and what the commit itself took. */
    Percentiles fromAsking(long first, long end) {
        return between(asked, first, end);
    }

    private Percentiles between(AtomicLongArray begin, long first, long end) {
        long[] nanos = new long[(int) (end - first)];
        for (int i = 0; i < nanos.length; i++) {
            int number = (int) first + i;
            nanos[i] = arrived.get(number) - begin.get(number);
        }
        return Percentiles.of(nanos);
    }
}
