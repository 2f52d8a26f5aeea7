package io.outboxrelay.polling;

/**
 * Sequence numbers from {@code lo} to {@code hi}, both included.
 *
 * @param lo the lowest
 * @param hi the highest, not below {@code lo}
 */
record NumberRange(long lo, long hi) {

    NumberRange {
        if (lo > hi) {
            throw new IllegalArgumentException("lo <= hi, but lo=" + lo + " hi=" + hi);
        }
    }
}
