package io.outboxrelay.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.outbox.OutboxRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Kafka message of a row: the topic from a template, key and value as they are, the event id as header {@code id} in
 * plain text, then the mapped headers. What it refuses is known before any later row is sent. Used by the loop's thread only.
 */
public final class Router {

    /** The header that carries the event id. */
    public static final String ID_HEADER = "id";

    /** Names already found valid are remembered, up to so many; beyond that they are checked again. */
    private static final int VALID_TOPICS_MAX = 10_000;

    private final TopicTemplate template;
    private final OutboxColumns columns;
    private final int[] templateIndexes;
    private final String[] headerNames;
    private final int[] headerIndexes;
    private final boolean keyRequired;
    private final Set<String> validTopics = new HashSet<>();

    /**
     * A router for these settings.
     *
     * @throws IllegalArgumentException when the topic template is malformed
     */
    public Router(RouteSettings settings) {
        this.template = TopicTemplate.parse(settings.topic());
        List<String> names = new ArrayList<>(template.columns());
        names.addAll(settings.headers().values());
        this.columns = OutboxColumns.distinct(names);
        this.templateIndexes =
                template.columns().stream().mapToInt(columns::indexOf).toArray();
        this.headerNames = settings.headers().keySet().toArray(String[]::new);
        this.headerIndexes =
                settings.headers().values().stream().mapToInt(columns::indexOf).toArray();
        this.keyRequired = settings.keyRequired();
    }

    /** The columns whose values it needs in {@link OutboxRecord#columns()}, in this order. */
    public OutboxColumns columns() {
        return columns;
    }

    /**
     * The message for a row.
     *
     * @throws RelayException of kind POISON when the row can never be published as it is
     */
    public OutboxMessage route(OutboxRecord row) {
        if (keyRequired && row.key() == null) {
            throw poison(
                    row,
                    "its key is null",
                    "give every event a key, or set route.keyRequired=false and lose order for those without");
        }
        return new OutboxMessage(row.id(), topic(row), row.key(), row.payload(), headers(row));
    }

    private String topic(OutboxRecord row) {
        String topic = fill(row);
        if (!validTopics.contains(topic)) {
            TopicName.problem(topic).ifPresent(problem -> {
                throw poison(
                        row,
                        "route.topic gives '" + abbreviated(topic) + "', which is no valid topic name: " + problem,
                        "correct the row, or route.topic");
            });
            if (validTopics.size() < VALID_TOPICS_MAX) {
                validTopics.add(topic);
            }
        }
        return topic;
    }

    private String fill(OutboxRecord row) {
        List<TopicTemplate.Part> parts = template.parts();
        StringBuilder topic = new StringBuilder();
        int column = 0;
        for (TopicTemplate.Part part : parts) {
            if (part instanceof TopicTemplate.Literal literal) {
                topic.append(literal.text());
            } else {
                topic.append(required(row, templateIndexes[column++]));
            }
        }
        return topic.toString();
    }

    private String required(OutboxRecord row, int index) {
        @Nullable String value = row.columns().get(index);
        if (value == null) {
            throw poison(
                    row,
                    "column " + columns.names().get(index) + " is null, and route.topic needs it",
                    "give the column a value (and NOT NULL), or change route.topic");
        }
        return value;
    }

    private List<Header> headers(OutboxRecord row) {
        List<Header> headers = new ArrayList<>(1 + headerNames.length);
        headers.add(new Header(ID_HEADER, row.id().getBytes(UTF_8)));
        for (int i = 0; i < headerNames.length; i++) {
            @Nullable String value = row.columns().get(headerIndexes[i]);
            if (value != null) {
                headers.add(new Header(headerNames[i], value.getBytes(UTF_8)));
            }
        }
        return headers;
    }

    private static RelayException poison(OutboxRecord row, String why, String remedy) {
        return new RelayException(FailureKind.POISON, "event " + row.id() + " cannot be published: " + why, remedy);
    }

    private static String abbreviated(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
