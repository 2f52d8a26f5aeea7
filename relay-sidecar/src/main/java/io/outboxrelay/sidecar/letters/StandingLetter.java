package io.outboxrelay.sidecar.letters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.poison.DeadLetters;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A dead letter as it stands in its topic. Immutable. */
public final class StandingLetter {

    private final ConsumerRecord<byte[], byte[]> record;
    private final List<Header> headers;
    private final int ownCount;

    StandingLetter(ConsumerRecord<byte[], byte[]> record) {
        this.record = record;
        this.headers = List.of(record.headers().toArray());
        this.ownCount = ownCount(headers);
    }

    /** The message. */
    public ConsumerRecord<byte[], byte[]> message() {
        return record;
    }

    /** The event id; "-" where somebody else's message has none. */
    public String id() {
        return said("event-id", "-");
    }

    /** Why the event cannot be published; "-" where that is not said. */
    public String reason() {
        return said("reason", "-");
    }

    /** What was wrong, for people. */
    public String what() {
        return said("message", "");
    }

    /** Where the event was to go; null where its columns yielded no topic. */
    public @Nullable String meant() {
        return added("topic");
    }

    /** When it failed last, as the relay wrote it; "-" where that is not said. */
    public String failedAt() {
        return said("last-failure", "-");
    }

    /** The type of the event; null where the relay did not know it. */
    public @Nullable String type() {
        return added("type");
    }

    /** The event's own headers, in order: those in front of what was added to make it a dead letter. */
    public List<Header> own() {
        return headers.subList(0, ownCount);
    }

    private String said(String name, String otherwise) {
        String value = added(name);
        return value == null ? otherwise : value;
    }

    /** Not any header of this name: the event's own say nothing of the letter. */
    private @Nullable String added(String name) {
        for (Header header : headers.subList(ownCount, headers.size())) {
            if (header.key().equals(DeadLetters.HEADER_PREFIX + name) && header.value() != null) {
                return new String(header.value(), UTF_8);
            }
        }
        return null;
    }

    /** How many stand in front of the last {@code dlq-reason}; all of them in a message that somebody else wrote. */
    private static int ownCount(List<Header> headers) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).key().equals(DeadLetters.HEADER_PREFIX + "reason")) {
                return i;
            }
        }
        return headers.size();
    }
}
