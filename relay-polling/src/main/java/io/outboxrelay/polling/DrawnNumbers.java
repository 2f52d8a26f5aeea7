package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import java.time.Duration;

/**
 * When numbers were drawn from the sequence, as far as it was looked at: a number that was not drawn at some time belongs to a row
 * that was not committed then. Bounded: when it is full every other sample goes, so that it reaches back as long as the relay has run,
 * the less precisely the longer. Numbers that are drawn a second time, after the sequence was set back, tell nothing. Safe to use from
 * any thread.
 */
final class DrawnNumbers {

    static final int SAMPLES_MAX = 512;

    private static final long INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private final long[] numbers = new long[SAMPLES_MAX];
    private final long[] atNanos = new long[SAMPLES_MAX];
    private int size;
    private long intervalNanos = INTERVAL_NANOS;
    private long nextAtNanos;

    /**
     * The sequence was looked at.
     *
     * @param lastDrawn the last number that was drawn from it
     * @param askedNanos when that was asked, not when it was answered: nothing above had been drawn by then
     */
    synchronized void sample(long lastDrawn, long askedNanos) {
        if (size > 0 && askedNanos - nextAtNanos < 0) {
            return;
        }
        if (size == SAMPLES_MAX) {
            thinOut();
        }
        numbers[size] = size == 0 ? lastDrawn : Math.max(lastDrawn, numbers[size - 1]);
        atNanos[size] = askedNanos;
        size++;
        nextAtNanos = askedNanos + intervalNanos;
    }

    /** The last time at which the number is known not to have been drawn, or {@link OutboxRecord#COMMIT_UNKNOWN}. */
    synchronized long notBefore(long number) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (numbers[middle] < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? OutboxRecord.COMMIT_UNKNOWN : atNanos[low - 1];
    }

    private void thinOut() {
        int kept = 0;
        for (int i = 1; i < size; i += 2) {
            numbers[kept] = numbers[i];
            atNanos[kept] = atNanos[i];
            kept++;
        }
        size = kept;
        intervalNanos *= 2;
    }
}
