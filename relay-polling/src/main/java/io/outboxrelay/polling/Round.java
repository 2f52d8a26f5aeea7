package io.outboxrelay.polling;

import java.util.Arrays;

/**
 * The numbers of rows that one snapshot showed, in the order in which they are to be published, less those that were read. Used by
 * one thread only.
 */
final class Round {

    static final Round NONE = new Round(new long[0], false);

    private final long[] numbers;
    private final boolean limited;
    private int next;

    /**
     * @param numbers in order; taken over
     * @param limited whether there may have been more rows, which come with the next round
     */
    Round(long[] numbers, boolean limited) {
        this.numbers = numbers;
        this.limited = limited;
    }

    boolean isEmpty() {
        return next == numbers.length;
    }

    /** Whether there may be more rows than it lists. */
    boolean isLimited() {
        return limited;
    }

    /** Whether something is known to be left to read, in this round or behind it. */
    boolean hasMore() {
        return limited || !isEmpty();
    }

    /** The next numbers, at most so many. */
    long[] upcoming(int max) {
        return Arrays.copyOfRange(numbers, next, Math.min(numbers.length, next + max));
    }

    /** So many of them are done with. */
    void passed(int count) {
        if (count < 1 || count > numbers.length - next) {
            throw new IllegalArgumentException(count + " of " + (numbers.length - next));
        }
        next += count;
    }
}
