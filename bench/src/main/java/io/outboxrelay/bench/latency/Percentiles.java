package io.outboxrelay.bench.latency;

import java.util.Arrays;

/** Times in order of their length. Immutable. */
final class Percentiles {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] sortedNanos;

    private Percentiles(long[] sortedNanos) {
        this.sortedNanos = sortedNanos;
    }

    /** @throws IllegalArgumentException when there is none */
    static Percentiles of(long[] nanos) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("percentiles of nothing");
        }
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Percentiles(sorted);
    }

    /**
     * The shortest time that so many of a hundred do not exceed, in milliseconds. By the nearest rank, so it is one that was
     * measured.
     *
     * @param percent above 0, up to 100
     */
    double millis(double percent) {
        // Less a trifle: 99.9 percent of 1,000 are 999, not one more for a digit far behind the point.
        int rank = (int) Math.ceil(percent / 100 * sortedNanos.length - 1e-6);
        return sortedNanos[Math.max(1, rank) - 1] / NANOS_PER_MILLI;
    }

    /** The longest, in milliseconds. */
    double maxMillis() {
        return millis(100);
    }
}
