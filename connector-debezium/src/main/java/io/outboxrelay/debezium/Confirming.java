package io.outboxrelay.debezium;

import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.source.HandOff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells the database how far publishing got, not more often than is worth it, and the loop what it may forget. Used by the
 * source's thread only.
 */
final class Confirming {

    private final LogStream stream;
    private final HandOff handOff;
    private final SettledRows rows;
    private final long everyNanos;

    private long dueNanos;
    private boolean room = true;
    private @Nullable LogPosition awaited;
    private @Nullable LogPosition done;
    private @Nullable LogPosition released;
    private @Nullable LogMark confirmed;

    /** @param rows what else is to become of rows before their place in the log is confirmed */
    Confirming(LogStream stream, HandOff handOff, SettledRows rows, Duration every, long nowNanos) {
        this.stream = stream;
        this.handOff = handOff;
        this.rows = rows;
        this.everyNanos = every.toNanos();
        this.dueNanos = nowNanos;
    }

    /** This event is about to be handed on. */
    void handsOn(long ordinal, String id) {
        rows.handedOn(ordinal, id);
    }

    /** Everything up to here is settled. */
    void settled(LogPosition upTo, long nowNanos) {
        room = rows.settled(upTo.ordinal());
        if (awaited == null) {
            awaited = upTo;
        }
        // One place at a time is waited for, so that they need not all be remembered.
        if (rows.isDone(awaited.ordinal())) {
            done = rows.isDone(upTo.ordinal()) ? upTo : awaited;
            awaited = upTo;
        }
        if (nowNanos - dueNanos >= 0 && now()) {
            dueNanos = nowNanos + everyNanos;
        }
        // A record need not wait: what covers it is confirmed with its transaction. A checkpoint is waited for by a
        // clean stop.
        if (!upTo.whole() || upTo.mark() == null || upTo.mark().equals(confirmed)) {
            release(upTo);
        }
    }

    /** Whether what else becomes of rows keeps up with how they are read. */
    boolean hasRoom() {
        return room;
    }

    /** Whether nothing is left to be done up to here but to confirm it. */
    boolean isDone(LogPosition upTo) {
        return upTo.equals(done);
    }

    /** Confirms what can be, however recent the last time was; false when there was nothing new. */
    boolean now() {
        LogMark mark = done == null ? null : done.mark();
        if (mark == null || mark.equals(confirmed)) {
            return false;
        }
        stream.confirm(mark);
        confirmed = mark;
        return true;
    }

    private void release(LogPosition upTo) {
        if (!upTo.equals(released)) {
            released = upTo;
            handOff.committed(upTo);
        }
    }
}
