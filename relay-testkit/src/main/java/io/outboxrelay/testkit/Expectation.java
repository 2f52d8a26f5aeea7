package io.outboxrelay.testkit;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * How the relay under test is configured to render an event. Header {@code id} is always expected; headers that are not
 * named here are a fault. Immutable.
 */
public final class Expectation {
    private final Function<OrderEvent, String> topic;
    private final Map<String, Function<OrderEvent, String>> headers;

    private Expectation(Function<OrderEvent, String> topic, Map<String, Function<OrderEvent, String>> headers) {
        this.topic = topic;
        this.headers = Map.copyOf(headers);
    }

    /** Topic {@code outbox.event.<aggregate type>} and header {@code id}, nothing else. */
    public static Expectation standard() {
        return new Expectation(
                event -> "outbox.event." + event.aggregateType(),
                Map.of("id", event -> event.id().toString()));
    }

    /** The same with another topic. */
    public Expectation withTopic(Function<OrderEvent, String> name) {
        return new Expectation(name, headers);
    }

    /** The same with one more header. */
    public Expectation withHeader(String name, Function<OrderEvent, String> value) {
        Map<String, Function<OrderEvent, String>> more = new HashMap<>(headers);
        more.put(name, value);
        return new Expectation(topic, more);
    }

    /** The same with header {@code name} bearing the column {@code type}, as {@code headers: {name: type}} maps it. */
    public Expectation withTypeHeader(String name) {
        return withHeader(name, event -> OrderTransaction.EVENT_TYPE);
    }

    /** The event id that a record bears; empty when it bears none. */
    public static Optional<UUID> idOf(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader("id");
        try {
            return header == null ? Optional.empty() : Optional.of(UUID.fromString(text(header.value())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What is wrong with a record as the rendering of an event; empty when nothing is. */
    Optional<String> difference(OrderEvent event, ConsumerRecord<byte[], byte[]> record) {
        if (!record.topic().equals(topic.apply(event))) {
            return Optional.of("should be in topic " + topic.apply(event));
        }
        if (!event.key().equals(text(record.key()))) {
            return Optional.of("should have key " + event.key() + " and has " + text(record.key()));
        }
        if (OrderEvent.hash(record.value()) != event.payloadHash()) {
            return Optional.of("has another payload: " + text(record.value()));
        }
        return headerDifference(event, record);
    }

    private Optional<String> headerDifference(OrderEvent event, ConsumerRecord<byte[], byte[]> record) {
        Set<String> missing = new HashSet<>(headers.keySet());
        for (Header header : record.headers()) {
            Function<OrderEvent, String> value = headers.get(header.key());
            if (value == null || !missing.remove(header.key())) {
                return Optional.of("has a header too many: " + header.key());
            }
            if (!value.apply(event).equals(text(header.value()))) {
                return Optional.of("has header " + header.key() + "=" + text(header.value()));
            }
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of("lacks headers " + missing);
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "(null)" : new String(bytes, StandardCharsets.UTF_8);
    }
}
