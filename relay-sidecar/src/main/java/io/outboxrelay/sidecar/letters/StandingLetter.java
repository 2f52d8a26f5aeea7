package io.outboxrelay.sidecar.letters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.poison.DeadLetters;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A dead letter as it stands in its topic. Immutable. */
public final class StandingLetter {

    private final ConsumerRecord<byte[], byte[]> record;

    StandingLetter(ConsumerRecord<byte[], byte[]> record) {
        this.record = record;
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
        return header(DeadLetters.HEADER_PREFIX + "topic");
    }

    /** When it failed last, as the relay wrote it; "-" where that is not said. */
    public String failedAt() {
        return said("last-failure", "-");
    }

    /** The last header of this name as text; null where there is none. */
    public @Nullable String header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }

    /** The event's own headers, in order: those in front of what was added to make it a dead letter. */
    public List<Header> own() {
        List<Header> headers = new ArrayList<>(List.of(record.headers().toArray()));
        int end = headers.size();
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).key().equals(DeadLetters.HEADER_PREFIX + "reason")) {
                end = i;
                break;
            }
        }
        return headers.subList(0, end);
    }

    private String said(String name, String otherwise) {
        String value = header(DeadLetters.HEADER_PREFIX + name);
        return value == null ? otherwise : value;
    }
}
