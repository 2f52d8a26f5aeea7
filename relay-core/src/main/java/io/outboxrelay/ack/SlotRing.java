package io.outboxrelay.ack;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Slots by their numbers, which rise without holes: those from {@link #head} to before {@link #tail}, in an array that grows to what
 * was ever needed at once. Owned by the loop's thread.
 */
final class SlotRing {

    private @Nullable Slot[] ring = new Slot[256];
    private long head;
    private long tail;

    /** The number of the oldest slot, or {@link #tail} when there is none. */
    long head() {
        return head;
    }

    /** The number that the next slot will have. */
    long tail() {
        return tail;
    }

    int size() {
        return (int) (tail - head);
    }

    Slot get(long number) {
        return Objects.requireNonNull(ring[index(number)]);
    }

    /** Returns the slot's number. */
    long append(Slot slot) {
        if (tail - head == ring.length) {
            grow();
        }
        ring[index(tail)] = slot;
        return tail++;
    }

    /** Forgets the oldest slot, and returns it. */
    Slot removeFirst() {
        int index = index(head);
        Slot first = Objects.requireNonNull(ring[index]);
        ring[index] = null;
        head++;
        return first;
    }

    private void grow() {
        @Nullable Slot[] larger = new Slot[ring.length * 2];
        for (long number = head; number < tail; number++) {
            larger[(int) (number & (larger.length - 1))] = ring[index(number)];
        }
        ring = larger;
    }

    private int index(long number) {
        return (int) (number & (ring.length - 1));
    }
}
