package io.outboxrelay.debezium;

import io.outboxrelay.debezium.rows.RowFigures;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.source.SourceFigures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the sources of one relay, one after the other: noted by the source's thread while it reads, and by {@link SlotWatch}
 * while none does. What is found in the log first counts as committed when this was made, unless the log says when it was. Any thread
 * may ask.
 *
 * <p>The log brings transactions in the order in which they committed. So the oldest event that was read and is not settled has waited
 * longer than any that was not read yet, and as long as there is one, nothing else need be known. While there is none, what comes is
 * read at once, or the source fails within {@link DebeziumSettings.Reading#silenceMax}.
 */
public final class LogFigures implements SourceFigures {

    /** For so long nothing need have been heard before that itself is worth an alarm; as with polling. */
    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    /** Events that were read and not settled, up to an ordinal, all committed at one moment or later. */
    private record Waiting(long ordinal, long sinceNanos) {}

    /** @param waiting whether there are any events that are committed and not settled; none of them was committed before */
    record Outlook(boolean waiting, long sinceNanos, long asOfNanos, long rows) {

        static Outlook nothingWaits(long asOfNanos) {
            return new Outlook(false, asOfNanos, asOfNanos, 0);
        }

        boolean isFresh(long nowNanos) {
            return nowNanos - asOfNanos <= FRESH_NANOS;
        }
    }

    private record Turn(long attempt, long atNanos) {}

    private final RowFigures rows = new RowFigures();
    private volatile Outlook outlook = Outlook.nothingWaits(System.nanoTime());
    private volatile @Nullable Turn turn;
    private volatile long slotRetainedBytes;
    private volatile @Nullable Clocks clocks;

    /** What the server's clock showed when this process's did, or a little later. */
    private record Clocks(long serverMicros, long atNanos) {}

    /** The attempt that tells. What one that was given up still says is not heard. */
    private long attempt;

    private final ArrayDeque<Waiting> read = new ArrayDeque<>();
    private long ordinalRead;
    private long ordinalSettled;

    @Override
    public long nanosSinceTurn(long nowNanos) {
        Turn last = turn;
        return last == null ? 0 : Math.max(0, nowNanos - last.atNanos());
    }

    @Override
    public long oldestPendingNanos(long nowNanos) {
        Outlook known = outlook;
        return known.waiting() || !known.isFresh(nowNanos) ? Math.max(0, nowNanos - known.sinceNanos()) : 0;
    }

    /** The log says of each transaction when it committed, by the server's clock. */
    @Override
    public Levels levels() {
        return new Levels(
                outlook.rows(),
                0,
                clocks != null,
                slotRetainedBytes,
                new Removal(rows.deleted(), rows.waiting(), rows.left()));
    }

    /** What became of rows whose events are published. */
    RowFigures rows() {
        return rows;
    }

    /**
     * A moment of the server's clock as one of {@link System#nanoTime}, not later than it was; {@link OutboxRecord#COMMIT_UNKNOWN} where
     * that is not known.
     */
    long nanosOf(long serverMicros) {
        Clocks known = clocks;
        return known == null || serverMicros == OutboxRecord.COMMIT_UNKNOWN
                ? OutboxRecord.COMMIT_UNKNOWN
                : known.atNanos() + TimeUnit.MICROSECONDS.toNanos(serverMicros - known.serverMicros());
    }

    /** The server's clock showed this, in microseconds since 1970, when it was asked or later. */
    void serverTime(long micros, long askedNanos) {
        clocks = new Clocks(micros, askedNanos);
    }

    Outlook current() {
        return outlook;
    }

    /** Whether a source has the log, or is about to. */
    boolean isRead() {
        return turn != null;
    }

    /** An attempt begins: it connects. */
    synchronized void begins(long number, long nowNanos) {
        attempt = number;
        turn = new Turn(number, nowNanos);
        read.clear();
        ordinalRead = 0;
        ordinalSettled = 0;
    }

    /** Its thread goes round: everything that the log has brought so far was handed on. */
    synchronized void turns(long number, long nowNanos) {
        if (number != attempt) {
            return;
        }
        turn = new Turn(number, nowNanos);
        Waiting first = read.peekFirst();
        outlook = first == null
                ? Outlook.nothingWaits(nowNanos)
                : new Outlook(true, first.sinceNanos(), nowNanos, ordinalRead - ordinalSettled);
    }

    /** An event was handed on; see {@link OutboxRecord#committedNanos}. Ordinals count from 1. */
    synchronized void handedOn(long number, long ordinal, long committedNanos) {
        if (number != attempt) {
            return;
        }
        ordinalRead = ordinal;
        long since = committedNanos == OutboxRecord.COMMIT_UNKNOWN ? outlook.asOfNanos() : committedNanos;
        // Most events share a moment with the one before, and a clock may have been set back: one entry for all of
        // them.
        for (Waiting last = read.peekLast(); last != null && since - last.sinceNanos() <= 0; last = read.peekLast()) {
            read.removeLast();
        }
        read.addLast(new Waiting(ordinal, since));
    }

    /** All events up to and with this one are settled. */
    synchronized void settled(long number, long ordinal) {
        if (number != attempt) {
            return;
        }
        ordinalSettled = ordinal;
        while (!read.isEmpty() && read.getFirst().ordinal() <= ordinal) {
            read.removeFirst();
        }
    }

    /** An attempt is over; what it knew stays known. */
    synchronized void ended(long number) {
        if (number == attempt) {
            turn = null;
        }
    }

    /** Found out beside a source, if nothing else was told meanwhile. */
    synchronized void found(Outlook before, Outlook now) {
        if (outlook.equals(before)) {
            outlook = now;
        }
    }

    /** How much of its log the database keeps for the slot. */
    void slotRetains(long bytes) {
        slotRetainedBytes = bytes;
    }
}
