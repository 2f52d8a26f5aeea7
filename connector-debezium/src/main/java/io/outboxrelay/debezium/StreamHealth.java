package io.outboxrelay.debezium;

import java.util.concurrent.TimeUnit;

/**
 * What the stream itself shows of being alive. The source's thread notes, the watch asks.
 *
 * <p>Debezium has no read timeout, and its heartbeats are made in this process: they prove nothing. Only what comes from the server
 * does.
 */
final class StreamHealth {

    private static final long RECENTLY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile long newsNanos;
    private volatile long emptyNanos;
    private volatile long returned;

    StreamHealth(long nowNanos) {
        newsNanos = nowNanos;
        emptyNanos = nowNanos;
    }

    /** Something came from the server. */
    void news(long nowNanos) {
        newsNanos = nowNanos;
    }

    /** Debezium was asked, and had nothing. */
    void nothing(long nowNanos) {
        emptyNanos = nowNanos;
    }

    /** This barrier of the relay's came back. */
    void barrierReturned(long number) {
        returned = number;
    }

    long barrierReturned() {
        return returned;
    }

    long silentNanos(long nowNanos) {
        return nowNanos - newsNanos;
    }

    /** Whether the relay takes whatever comes: otherwise silence is its own doing. */
    boolean isListening(long nowNanos) {
        return nowNanos - emptyNanos < RECENTLY_NANOS && emptyNanos - newsNanos > 0;
    }
}
