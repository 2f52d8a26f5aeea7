package io.outboxrelay.ack;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The entries that were received and are not yet committed at their source, in the order in which they were received.
 *
 * <p>Progress is the contiguous settled prefix: an entry counts only when all before it are settled too. Entries are numbered
 * by arrival, without holes, for as long as the window lives; only those numbers are tracked, never a range between positions.
 *
 * <pre>
 *        head            floor          unsent           tail
 *  gone   |  settled, not  |  with the    |  received, not  |   to come
 *         |  yet committed |  publisher   |  yet sent       |
 * </pre>
 *
 * <p>Between floor and unsent some entries are settled already: they wait for the one at the floor. What stands left of head
 * has been committed by the source. The window is the relay's backpressure: it counts an entry from its arrival to its commit.
 *
 * <p>When the source is replaced, what stands in the window will be read again, so it can no longer be committed; it stays,
 * {@linkplain #forsake() forsaken}, until the publisher is done with it, because it still costs memory.
 *
 * <p>After the offset bookkeeping of parallel Kafka consumers (a queue of received offsets whose watermark moves while the head
 * is complete). Owned by the loop's thread; not safe for any other.
 */
public final class InFlightWindow {

    private final WindowSettings settings;
    private final SlotRing slots = new SlotRing();
    private long floor;
    private long unsent;
    private long forsakenBefore;
    private long bytes;
    private @Nullable Position announced;

    public InFlightWindow(WindowSettings settings) {
        this.settings = settings;
    }

    /** How many more entries fit, 0 or more. */
    public int roomRecords() {
        return bytes >= settings.bytesMax() ? 0 : Math.max(0, settings.recordsMax() - slots.size());
    }

    /** How many more bytes fit, 0 or more. A single larger record may be added when there is any room at all. */
    public long roomBytes() {
        return Math.max(0, settings.bytesMax() - bytes);
    }

    /** Entries in the window. */
    public int size() {
        return slots.size();
    }

    /** Bytes in the window. */
    public long sizeBytes() {
        return bytes;
    }

    /** Whether there are entries that the publisher was given and that are not settled. */
    public boolean awaitsOutcomes() {
        return floor < unsent;
    }

    /** The number that the next entry will have. */
    public long nextNumber() {
        return slots.tail();
    }

    /** The number before which everything is settled. */
    public long settledBefore() {
        return floor;
    }

    /** Whether every entry before this number has been committed by the source, or given up. */
    public boolean isReleasedBefore(long number) {
        return slots.head() >= number;
    }

    /**
     * Takes in a message that is to be sent. Its number is one more than the last one's.
     *
     * @param committedNanos as {@link OutboxRecord#committedNanos}
     */
    public long add(Position position, OutboxMessage message, long sizeBytes, long committedNanos) {
        return append(new Slot(position, Objects.requireNonNull(message), sizeBytes, committedNanos));
    }

    /**
     * From now on the entry's message is another one: its dead letter. Whoever had the first one is done with it.
     *
     * @throws IllegalStateException when the entry is not in the window, or is settled: an invariant is broken
     */
    public void divert(long number, OutboxMessage letter, Failure why) {
        require(number >= floor && number < slots.tail(), number, "diverted but not in the window");
        Slot slot = slots.get(number);
        require(!slot.settled() && slot.why == null, number, "diverted though it is settled, or a dead letter");
        long more = letter.sizeBytes() - message(number).sizeBytes();
        slot.sizeBytes += more;
        bytes += more;
        slot.message = letter;
        slot.why = why;
    }

    /** Why the entry's message is a dead letter; null where it is the event's own. */
    public @Nullable Failure whyDiverted(long number) {
        return slots.get(number).why;
    }

    /** Takes in a place with nothing to publish: settled from the start. */
    public void addCheckpoint(Position position) {
        Slot slot = new Slot(position, null, 0, OutboxRecord.COMMIT_UNKNOWN);
        slot.outcome = Outcome.SKIPPED;
        append(slot);
        advance();
    }

    /** The number of the oldest entry that was not yet given to the publisher, or -1 when there is none. */
    public long nextUnsent() {
        while (unsent < slots.tail() && slots.get(unsent).settled()) {
            unsent++;
        }
        return unsent < slots.tail() ? unsent : -1;
    }

    /** Marks the entry that {@link #nextUnsent()} named as given to the publisher, and returns its message. */
    public OutboxMessage markSent(long number) {
        require(number == unsent && number < slots.tail(), number, "sent out of turn");
        unsent++;
        return Objects.requireNonNull(slots.get(number).message, "an unsettled entry has its message");
    }

    /**
     * Records the outcome of an entry that the publisher was given.
     *
     * @throws IllegalStateException when the entry is not in the window, was not sent, or is settled already: an invariant is broken
     */
    public void settle(long number, Outcome outcome) {
        require(number >= floor && number < unsent, number, "settled but not with the publisher");
        Slot slot = slots.get(number);
        require(!slot.settled(), number, "settled twice");
        slot.outcome = outcome;
        advance();
    }

    /** When the entry was committed at its source, as {@link OutboxRecord#committedNanos}. */
    public long committedNanos(long number) {
        return slots.get(number).committedNanos;
    }

    /** The message that stands there unsettled. */
    public OutboxMessage message(long number) {
        return Objects.requireNonNull(slots.get(number).message, "an unsettled entry has its message");
    }

    /** Whether the entry came from a source that has been replaced since. */
    public boolean isForsaken(long number) {
        return number < forsakenBefore;
    }

    /**
     * The position to commit: that of the last entry of the contiguous settled prefix. Null when there is nothing that was not
     * said before.
     */
    public @Nullable Position takeCommittable() {
        if (floor == slots.head()) {
            return null;
        }
        Position last = slots.get(floor - 1).position;
        if (last.equals(announced)) {
            return null;
        }
        announced = last;
        return last;
    }

    /**
     * The source has committed everything up to this position: it leaves the window.
     *
     * @return how many of these entries were published, or otherwise taken care of, and not skipped
     * @throws IllegalStateException when the position is not one of the settled prefix: an invariant is broken
     */
    public int release(Position committed) {
        long end = slots.head();
        while (end < floor && !slots.get(end).position.equals(committed)) {
            end++;
        }
        require(end < floor, end, "committed at " + committed + ", which is not in the settled prefix");
        while (end + 1 < floor && slots.get(end + 1).position.equals(committed)) {
            end++;
        }
        int settled = 0;
        for (long number = slots.head(); number <= end; number++) {
            settled += slots.get(number).outcome == Outcome.SKIPPED ? 0 : 1;
        }
        drop(end + 1);
        if (committed.equals(announced)) {
            // A later entry may stand at the same place, and is to be announced again.
            announced = null;
        }
        return settled;
    }

    /** The source was replaced: nothing that stands here can be committed any more. What was not sent is dropped at once. */
    public void forsake() {
        for (long number = unsent; number < slots.tail(); number++) {
            skip(slots.get(number));
        }
        unsent = slots.tail();
        forsakenBefore = slots.tail();
        announced = null;
        advance();
    }

    /**
     * The publisher was replaced: everything from the oldest unsettled entry on is to be sent again, also what was acknowledged
     * out of turn, so that a key's records are repeated as a contiguous run. Forsaken entries are dropped instead.
     */
    public void rewind() {
        for (long number = floor; number < slots.tail(); number++) {
            Slot slot = slots.get(number);
            if (number < forsakenBefore) {
                skip(slot);
            } else if (slot.outcome == Outcome.PUBLISHED) {
                slot.outcome = null;
            }
        }
        unsent = floor;
        advance();
    }

    /** Empties the window: nothing in it is this relay's to publish or to commit any more. */
    public void clear() {
        drop(slots.tail());
        floor = slots.tail();
        unsent = slots.tail();
        forsakenBefore = slots.tail();
        announced = null;
    }

    private static void skip(Slot slot) {
        if (!slot.settled()) {
            slot.outcome = Outcome.SKIPPED;
        }
    }

    private long append(Slot slot) {
        bytes += slot.sizeBytes;
        return slots.append(slot);
    }

    private void advance() {
        while (floor < slots.tail() && slots.get(floor).settled()) {
            slots.get(floor).message = null;
            floor++;
        }
        unsent = Math.max(unsent, floor);
        drop(Math.min(floor, forsakenBefore));
    }

    private void drop(long end) {
        while (slots.head() < end) {
            bytes -= slots.removeFirst().sizeBytes;
        }
    }

    private void require(boolean holds, long number, String broken) {
        if (!holds) {
            throw new IllegalStateException("entry " + number + " " + broken + " (head " + slots.head() + ", floor "
                    + floor + ", unsent " + unsent + ", slots.tail() " + slots.tail() + ")");
        }
    }
}
