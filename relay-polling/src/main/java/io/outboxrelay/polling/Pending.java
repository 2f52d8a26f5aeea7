package io.outboxrelay.polling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits in the outbox, as the relay knows it, over all the sessions of its life: told by the source while it reads, and by {@link
 * PendingWatch} while none does. What is found in it first counts as committed when this was made. Safe to use from any thread.
 */
public final class Pending {

    private volatile Outlook outlook = Outlook.nothingWaits(System.nanoTime());
    private final DrawnNumbers drawn = new DrawnNumbers();
    private volatile @Nullable String sequence;
    private volatile boolean read;
    private volatile Places places = Places.EVERYWHERE;

    /**
     * For how long the oldest row that is committed, and not yet published and settled, has been waiting, in nanoseconds; 0 when there is
     * none. Never too short, but for rows of which nobody can say when they were committed: those count from when this relay was made.
     *
     * @param nowNanos as {@link System#nanoTime}
     */
    public long oldestNanos(long nowNanos) {
        return current().oldestNanos(nowNanos);
    }

    /** How many such rows there are, estimated, when it was last known. */
    public long rows() {
        return current().rows();
    }

    Outlook current() {
        return outlook;
    }

    DrawnNumbers drawn() {
        return drawn;
    }

    /** The quoted name of the sequence that the last source read by, or null. */
    @Nullable
    String sequence() {
        return sequence;
    }

    /**
     * Where rows can be that wait.
     *
     * @param gaps stretches of numbers below the next
     * @param from and every number from there on
     */
    record Places(List<NumberRange> gaps, long from) {

        static final Places EVERYWHERE = new Places(List.of(), Long.MIN_VALUE);
    }

    /** As the last source knew that read by number. */
    Places places() {
        return places;
    }

    void places(Places now) {
        places = now;
    }

    /** Whether a source reads the outbox, and tells by itself. */
    boolean isRead() {
        return read;
    }

    void reads(@Nullable String quotedSequence) {
        sequence = quotedSequence;
    }

    /** Told by the source, once it has read for the first time. */
    synchronized void told(Outlook now) {
        outlook = now;
        read = true;
    }

    void readNoMore() {
        read = false;
    }

    /** Found out beside a source, if nothing else was told meanwhile. */
    synchronized void found(Outlook before, Outlook now) {
        if (outlook.equals(before)) {
            outlook = now;
        }
    }
}
