package io.outboxrelay.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka message to be, without any Kafka type. Immutable by convention: its arrays are not copied.
 *
 * @param id the event id, for messages to people; it also stands among the headers
 * @param topic a valid topic name; of what can never be published, also one that is not valid, or empty
 * @param key the key in bytes, or null
 * @param value the value in bytes, or null for a tombstone
 * @param headers in order, {@code id} first
 * @param timestampMillis its time, in milliseconds since 1970; {@link #NO_TIMESTAMP} for that of publishing
 * @param type the event's type, where what becomes of poison depends on it; else null
 */
public record OutboxMessage(
        String id,
        String topic,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<Header> headers,
        long timestampMillis,
        @Nullable String type) {

    /** No time of its own. */
    public static final long NO_TIMESTAMP = -1;

    /** A message with the time of publishing. */
    public OutboxMessage(
            String id, String topic, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
        this(id, topic, key, value, headers, NO_TIMESTAMP, null);
    }

    /** A header: a name, and its value as UTF-8 bytes. */
    public record Header(String name, byte[] value) {}

    /** The size that counts against the producer's and the broker's limits, without the few bytes of framing. */
    public long sizeBytes() {
        long size = (key == null ? 0L : key.length) + (value == null ? 0L : value.length);
        for (Header header : headers) {
            size += header.name().length() + header.value().length;
        }
        return size;
    }

    /** Names the event and its topic, never its payload. */
    @Override
    public String toString() {
        return "OutboxMessage[id=" + id + ", topic=" + topic + "]";
    }
}
