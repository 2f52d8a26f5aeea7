package io.outboxrelay.testkit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event of the workload: an outbox row, without the bytes of its payload.
 *
 * @param id the event's id, never used twice
 * @param key the aggregate's id, the Kafka key
 * @param version the aggregate's version after this event: 1, 2, 3, ... among those committed of one key
 * @param aggregateType decides the topic
 * @param payloadHash {@link #hash} of the payload as the database renders it
 * @param committedNanos {@link System#nanoTime} when the commit was acknowledged; 0 before
 */
public record OrderEvent(
        UUID id, String key, int version, String aggregateType, long payloadHash, long committedNanos) {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** The same, now committed. */
    public OrderEvent committedAt(long nanos) {
        return new OrderEvent(id, key, version, aggregateType, payloadHash, nanos);
    }

    /** The same, after this version of the aggregate. */
    public OrderEvent withVersion(int known) {
        return new OrderEvent(id, key, known, aggregateType, payloadHash, committedNanos);
    }

    /** FNV-1a over 64 bits; 0 for null, so that a tombstone differs from an empty payload. */
    public static long hash(byte @Nullable [] payload) {
        if (payload == null) {
            return 0;
        }
        long hash = FNV_OFFSET;
        for (byte b : payload) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
