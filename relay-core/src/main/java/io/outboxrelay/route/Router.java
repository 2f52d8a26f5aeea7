package io.outboxrelay.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.outbox.OutboxRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Kafka message of a row: the topic from a template, key and value as they are, the event id as header {@code id} in
 * plain text, then the mapped headers. What it refuses is known before any later row is sent. Used by the loop's thread only.
 */
public final class Router {

    /** The header that carries the event id. */
    public static final String ID_HEADER = "id";

    /** Topics already found valid are remembered, up to so many; beyond that they are made and checked again. */
    private static final int VALID_TOPICS_MAX = 10_000;

    /** A power of 2. */
    private static final int RECENT_HEADERS = 256;

    private static final int RECENT_CHARACTERS_MAX = 64;

    private final TopicTemplate template;
    private final OutboxColumns columns;
    private final int[] templateIndexes;
    private final String[] headerNames;
    private final int[] headerIndexes;
    private final boolean keyRequired;

    /** -1 where messages have the time of publishing. */
    private final int timestampIndex;

    /** -1 where nobody asks for the type. */
    private final int typeIndex;

    /** By what they are made of. */
    private final Map<String, String> validTopics = new HashMap<>();

    /** Values of headers mostly are of a few kinds. By column and value; each until another takes its place. */
    private final @Nullable RecentHeader[] recentHeaders = new RecentHeader[RECENT_HEADERS];

    /**
     * A router for these settings.
     *
     * @throws IllegalArgumentException when the topic template is malformed
     */
    public Router(RouteSettings settings) {
        this.template = TopicTemplate.parse(settings.topic());
        List<String> names = new ArrayList<>(template.columns());
        names.addAll(settings.headers().values());
        String timestamp = settings.timestamp();
        if (timestamp != null) {
            names.add(timestamp);
        }
        String type = settings.type();
        if (type != null) {
            names.add(type);
        }
        this.columns = OutboxColumns.distinct(names, timestamp);
        this.typeIndex = type == null ? -1 : columns.indexOf(type);
        this.timestampIndex = timestamp == null ? -1 : columns.indexOf(timestamp);
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
                    PoisonReason.NULL_KEY,
                    row,
                    "its key is null",
                    "give every event a key, or set route.keyRequired=false and lose order for those without");
        }
        return message(row, topic(row), timestampMillis(row));
    }

    /** What can be said of a row that {@link #route} refuses: an empty topic where it yields none, and no time of its own where it has no usable one. */
    public OutboxMessage unrouted(OutboxRecord row) {
        String topic;
        try {
            topic = topic(row);
        } catch (RelayException e) {
            topic = "";
        }
        long timestampMillis;
        try {
            timestampMillis = timestampMillis(row);
        } catch (RelayException e) {
            timestampMillis = OutboxMessage.NO_TIMESTAMP;
        }
        return message(row, topic, timestampMillis);
    }

    private OutboxMessage message(OutboxRecord row, String topic, long timestampMillis) {
        @Nullable String type = typeIndex < 0 ? null : row.columns().get(typeIndex);
        return new OutboxMessage(row.id(), topic, row.key(), row.payload(), headers(row), timestampMillis, type);
    }

    private record RecentHeader(int index, String text, Header header) {}

    private String topic(OutboxRecord row) {
        // With one column in it, its value alone decides.
        boolean simple = templateIndexes.length == 1;
        String source = simple ? required(row, 0) : fill(row);
        String known = validTopics.get(source);
        if (known != null) {
            return known;
        }
        String topic = simple ? fill(row) : source;
        TopicName.problem(topic).ifPresent(problem -> {
            throw unroutable(
                    row,
                    "route.topic gives '" + abbreviated(topic) + "', which is no valid topic name: " + problem,
                    "correct the row, or route.topic");
        });
        if (validTopics.size() < VALID_TOPICS_MAX) {
            validTopics.put(source, topic);
        }
        return topic;
    }

    private String fill(OutboxRecord row) {
        StringBuilder topic = new StringBuilder();
        int column = 0;
        for (TopicTemplate.Part part : template.parts()) {
            if (part instanceof TopicTemplate.Literal literal) {
                topic.append(literal.text());
            } else {
                topic.append(required(row, column++));
            }
        }
        return topic.toString();
    }

    /** The value for the template's n-th column. */
    private String required(OutboxRecord row, int column) {
        int index = templateIndexes[column];
        @Nullable String value = row.columns().get(index);
        if (value == null) {
            throw unroutable(
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
                headers.add(header(i, value));
            }
        }
        return headers;
    }

    private long timestampMillis(OutboxRecord row) {
        @Nullable String text = timestampIndex < 0 ? null : row.columns().get(timestampIndex);
        if (text == null) {
            return OutboxMessage.NO_TIMESTAMP;
        }
        try {
            return RowTime.millis(text);
        } catch (IllegalArgumentException e) {
            throw unroutable(
                    row,
                    "column " + columns.timestamp() + " cannot be the time of a message: " + e.getMessage(),
                    "give the column a time since 1970, or null for the time of publishing");
        }
    }

    private Header header(int index, String text) {
        if (text.length() > RECENT_CHARACTERS_MAX) {
            return new Header(headerNames[index], text.getBytes(UTF_8));
        }
        int place = (text.hashCode() + index) & (RECENT_HEADERS - 1);
        RecentHeader recent = recentHeaders[place];
        if (recent != null && recent.index() == index && recent.text().equals(text)) {
            return recent.header();
        }
        Header header = new Header(headerNames[index], text.getBytes(UTF_8));
        recentHeaders[place] = new RecentHeader(index, text, header);
        return header;
    }

    private static RelayException unroutable(OutboxRecord row, String why, String remedy) {
        return poison(PoisonReason.UNROUTABLE, row, why, remedy);
    }

    private static RelayException poison(PoisonReason reason, OutboxRecord row, String why, String remedy) {
        Problem problem = new Problem("event " + row.id() + " cannot be published: " + why, remedy);
        return new RelayException(Failure.poison(reason, problem, null));
    }

    private static String abbreviated(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
