package io.outboxrelay.demo;

import java.time.Duration;
import java.util.ArrayDeque;

/** Events per second over the last few seconds, from readings of a counter. Belongs to one thread. */
final class RateMeter {
    private record Reading(long nanos, long count) {}

    private final long windowNanos;
    private final ArrayDeque<Reading> readings = new ArrayDeque<>();

    RateMeter(Duration window) {
        this.windowNanos = window.toNanos();
    }

    /**
     * Takes a reading and gives the rate since the oldest one within the window.
     *
     * @param nowNanos an instant of {@link System#nanoTime}, later than that of the call before
     */
    double perSecond(long nowNanos, long count) {
        readings.addLast(new Reading(nowNanos, count));
        // The one before the window stays: together they cover it.
        while (readings.size() > 2 && nowNanos - second().nanos() >= windowNanos) {
            readings.removeFirst();
        }
        Reading oldest = readings.getFirst();
        long nanos = nowNanos - oldest.nanos();
        return nanos <= 0 ? 0 : (count - oldest.count()) * 1e9 / nanos;
    }

    private Reading second() {
        return readings.stream().skip(1).findFirst().orElseThrow();
    }
}
