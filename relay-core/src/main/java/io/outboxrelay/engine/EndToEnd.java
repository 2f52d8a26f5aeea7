package io.outboxrelay.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * How long events took from the commit of their transaction to Kafka's acknowledgement, counted in buckets of fixed bounds. Of what a
 * source cannot say when it was committed, nothing is counted. Where a source knows only before when a row was not there yet, a
 * longer time is counted than it took, never a shorter one.
 *
 * <p>Written by the loop's thread, which waits for nobody; any thread may read. A reader may see an event in its bucket a moment before
 * its time is in the sum.
 */
public final class EndToEnd {

    /** The upper ends of the buckets, ascending; behind the last one is everything that took longer. */
    public static final List<Duration> BOUNDS = Stream.of(
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000,
                    30_000_000,
                    60_000_000,
                    300_000_000,
                    900_000_000)
            .map(micros -> Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros)))
            .toList();

    private static final long[] BOUNDS_NANOS =
            BOUNDS.stream().mapToLong(Duration::toNanos).toArray();

    /** How many events fell into each bucket, and, in the last place, the sum of their times. */
    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_NANOS.length + 2);

    /** One event. A time below zero, which only a clock that was set back can give, counts as zero. */
    void took(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        add(bucket, 1);
        add(BOUNDS_NANOS.length + 1, Math.max(0, nanos));
    }

    /** One writer: nothing gets lost between the two, and nobody has to be waited for. */
    private void add(int place, long more) {
        counts.setRelease(place, counts.getPlain(place) + more);
    }

    /** How many events there were in each bucket, one more than there are {@link #BOUNDS}; not cumulative. */
    public long[] counts() {
        long[] read = new long[BOUNDS_NANOS.length + 1];
        for (int i = 0; i < read.length; i++) {
            read[i] = counts.getAcquire(i);
        }
        return read;
    }

    /** The sum of their times, in nanoseconds. */
    public long sumNanos() {
        return counts.getAcquire(BOUNDS_NANOS.length + 1);
    }
}
