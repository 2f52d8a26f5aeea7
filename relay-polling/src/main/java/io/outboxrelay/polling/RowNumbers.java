package io.outboxrelay.polling;

import java.util.Arrays;

/**
 * The sequence numbers of the rows that were read in this session and are not settled yet, in the order in which they
 * were read. Bounded by what the hand-off and the engine's window hold, because nothing is read while those are full. Used by the source's thread only.
 */
final class RowNumbers {

    private static final int CAPACITY_START = 1024;

    private long[] ring = new long[CAPACITY_START];
    private int head;
    private int size;

    void add(long number) {
        if (size == ring.length) {
            ring = Arrays.copyOf(oldest(size), 2 * size);
            head = 0;
        }
        ring[(head + size) % ring.length] = number;
        size++;
    }

    int size() {
        return size;
    }

    /** The first {@code count} of them, in the order in which they were read. */
    long[] oldest(int count) {
        if (count > size) {
            throw new IllegalArgumentException(count + " of " + size);
        }
        long[] numbers = new long[count];
        int untilEnd = Math.min(count, ring.length - head);
        System.arraycopy(ring, head, numbers, 0, untilEnd);
        System.arraycopy(ring, 0, numbers, untilEnd, count - untilEnd);
        return numbers;
    }

    /** All but the first {@code count}, in the order in which they were read. */
    long[] allBut(int count) {
        return Arrays.copyOfRange(oldest(size), count, size);
    }

    /** The first {@code count} are settled. */
    void forgetOldest(int count) {
        if (count > size) {
            throw new IllegalArgumentException(count + " of " + size);
        }
        head = (head + count) % ring.length;
        size -= count;
    }

    /** All of them, ascending. */
    long[] ascending() {
        long[] numbers = oldest(size);
        Arrays.sort(numbers);
        return numbers;
    }
}
