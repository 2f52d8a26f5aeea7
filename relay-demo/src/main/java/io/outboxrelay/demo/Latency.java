package io.outboxrelay.demo;

import java.util.Collection;

/** Two percentiles of a set of times, by nearest rank; both 0 when the set is empty. */
record Latency(double p50Millis, double p99Millis) {
    private static final double NANOS_PER_MILLI = 1_000_000;

    static Latency of(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Latency(percentileMillis(sorted, 50), percentileMillis(sorted, 99));
    }

    private static double percentileMillis(long[] sorted, int percent) {
        if (sorted.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(sorted.length * (percent / 100.0));
        return sorted[Math.max(rank, 1) - 1] / NANOS_PER_MILLI;
    }
}
