package io.outboxrelay.debezium;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What the stream itself shows of being alive. The source's thread notes, the watch asks.
 *
 * <p>Debezium has no read timeout, and its heartbeats are made in this process: they prove nothing. Only what comes from the server
 * does.
 */
final class StreamHealth {

    private static final long RECENTLY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Every slot of the database gets every barrier, and a backlog has those of earlier attempts. */
    private final String token = UUID.randomUUID().toString();

    private volatile long newsNanos;
    private volatile boolean news;
    private volatile long emptyNanos;
    private volatile long returned;

    StreamHealth(long nowNanos) {
        newsNanos = nowNanos;
        emptyNanos = nowNanos;
    }

    /** Something came from the server. */
    void news(long nowNanos) {
        newsNanos = nowNanos;
        news = true;
    }

    /** Whether anything ever came. */
    boolean hasNews() {
        return news;
    }

    /** Debezium was asked, and had nothing. */
    void nothing(long nowNanos) {
        emptyNanos = nowNanos;
    }

    /** What a barrier of this attempt says. */
    String barrier(long number) {
        return token + "/" + number;
    }

    /** A barrier came: of this attempt, of an earlier one, or of another relay's. */
    void barrierCame(ByteBuffer content) {
        String said = StandardCharsets.US_ASCII.decode(content.duplicate()).toString();
        if (said.startsWith(token + "/")) {
            returned = Long.parseLong(said.substring(token.length() + 1));
        }
    }

    /** The last barrier of this attempt that came back; 0 before the first. They come in order. */
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
