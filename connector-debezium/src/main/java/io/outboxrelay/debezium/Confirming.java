package io.outboxrelay.debezium;

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
    private final long everyNanos;

    private long dueNanos;
    private @Nullable LogPosition settled;
    private @Nullable LogPosition released;
    private @Nullable LogMark confirmed;

    Confirming(LogStream stream, HandOff handOff, Duration every, long nowNanos) {
        this.stream = stream;
        this.handOff = handOff;
        this.everyNanos = every.toNanos();
        this.dueNanos = nowNanos;
    }

    /** Everything up to here is settled. */
    void settled(LogPosition upTo, long nowNanos) {
        settled = upTo;
        if (nowNanos - dueNanos >= 0 && now()) {
            dueNanos = nowNanos + everyNanos;
        }
        // A record need not wait: what covers it is confirmed with its transaction. A checkpoint is waited for by a
        // clean stop.
        if (!upTo.whole() || upTo.mark() == null || upTo.mark().equals(confirmed)) {
            release(upTo);
        }
    }

    /** Confirms what is settled, however recent the last time was; false when there was nothing new. */
    boolean now() {
        LogMark mark = settled == null ? null : settled.mark();
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
