package io.outboxrelay.config;

import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.route.TopicName;
import io.outboxrelay.route.TopicTemplate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What values of a setting look like.
 *
 * @param shape for people, with unit and bounds: {@code whole number, 1 to 1000000}
 * @param parser from text; throws {@link UnusableValue}
 * @param isTemplate whether {@code ${...}} in it belongs to the value, so that nothing is filled in
 * @param schema the same as keywords of a JSON Schema, for editors; it may take what the parser refuses, never the reverse
 */
record ValueType<T>(String shape, Function<String, T> parser, boolean isTemplate, Map<String, Object> schema) {

    /** What YAML makes of text without quotes. */
    private static final Map<String, Object> ANY_TEXT = Map.of("type", List.of("string", "number", "boolean"));

    private static final Pattern BYTES = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB)?");
    private static final Map<String, Long> BYTES_PER_UNIT = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20);

    /** What is longer is cut by LISTEN and refused by pg_notify. */
    private static final int CHANNEL_BYTES_MAX = 63;

    private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m)");
    private static final Map<String, Long> MILLIS_PER_UNIT = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L);

    T parse(String text) {
        if (text.isEmpty()) {
            throw new UnusableValue("it has no value", "give it one: " + shape + "; or remove the line");
        }
        return parser.apply(text);
    }

    static ValueType<String> text(String shape) {
        return of(shape, ANY_TEXT, text -> text);
    }

    /** One of a few words, each standing for a value. */
    static <T> ValueType<T> choice(Map<String, T> choices) {
        String shape = choices.keySet().stream().sorted().collect(Collectors.joining("` or `", "`", "`"));
        return of(shape, oneOf(choices.keySet()), text -> {
            T chosen = choices.get(text);
            if (chosen == null) {
                throw unusable(text, shape);
            }
            return chosen;
        });
    }

    static ValueType<Integer> wholeNumber(int min, int max) {
        String shape = "whole number, " + min + " to " + max;
        return of(
                shape,
                Map.of("type", List.of("integer", "string"), "minimum", min, "maximum", max, "pattern", "^\\d{1,9}$"),
                text -> {
                    boolean isNumber = text.matches("\\d{1,9}");
                    if (!isNumber || Integer.parseInt(text) < min || Integer.parseInt(text) > max) {
                        throw unusable(text, shape);
                    }
                    return Integer.parseInt(text);
                });
    }

    /** An amount of memory, in bytes. */
    static ValueType<Long> bytes(long minMiB, long maxMiB) {
        String shape = "bytes, or with a unit (B, KiB, MiB), " + minMiB + " MiB to " + maxMiB + " MiB";
        Map<String, Object> schema = Map.of("type", List.of("integer", "string"), "pattern", whole(BYTES));
        return of(shape, schema, text -> {
            Matcher matcher = BYTES.matcher(text);
            long bytes = matcher.matches() ? amount(matcher, BYTES_PER_UNIT, "B") : -1;
            if (bytes < minMiB << 20 || bytes > maxMiB << 20) {
                throw unusable(text, shape);
            }
            return bytes;
        });
    }

    static ValueType<Duration> duration(Duration min, Duration max) {
        String shape = "time with a unit (ms, s, m), " + min.toSeconds() + "s to " + max.toMinutes() + "m";
        Map<String, Object> schema = Map.of("type", "string", "pattern", whole(DURATION));
        return of(shape, schema, text -> {
            Matcher matcher = DURATION.matcher(text);
            Duration time = Duration.ofMillis(matcher.matches() ? amount(matcher, MILLIS_PER_UNIT, "ms") : -1);
            if (time.compareTo(min) < 0 || time.compareTo(max) > 0) {
                throw unusable(text, shape);
            }
            return time;
        });
    }

    /** A table's name, as in SQL. */
    static ValueType<String> table() {
        return of("table or schema.table, with double quotes around unusual names", ANY_TEXT, text -> {
            try {
                TableName.parse(text);
                return text;
            } catch (IllegalArgumentException e) {
                throw new UnusableValue(String.valueOf(e.getMessage()), "write it as in SQL: public.outbox");
            }
        });
    }

    /** A topic's name. */
    static ValueType<String> topic() {
        String shape = "name of a topic";
        return of(shape, ANY_TEXT, text -> {
            TopicName.problem(text).ifPresent(problem -> {
                throw new UnusableValue("it is no valid topic name: " + problem, "give " + shape);
            });
            return text;
        });
    }

    /** A channel of PostgreSQL's notifications. */
    static ValueType<String> channel() {
        String shape = "name of a channel, as pg_notify takes it, 1 to 63 bytes";
        return of(shape, ANY_TEXT, text -> {
            if (text.indexOf('\0') >= 0 || text.getBytes(StandardCharsets.UTF_8).length > CHANNEL_BYTES_MAX) {
                throw unusable(text.replace('\0', '?'), shape);
            }
            return text;
        });
    }

    /** A replication slot of PostgreSQL, as the server takes names for them. */
    static ValueType<String> slot() {
        String shape = "small letters, digits and _, 1 to 63 of them";
        return of(shape, Map.of("type", "string", "pattern", whole(SLOT)), text -> {
            if (!SLOT.matcher(text).matches()) {
                throw unusable(text, shape);
            }
            return text;
        });
    }

    /** Where a server listens; nothing where it is off. */
    static ValueType<Optional<ListenAddress>> listenAddress() {
        String shape = "`host:port`, or `off`";
        return of(shape, Map.of("type", "string"), text -> {
            if (text.equals("off")) {
                return Optional.empty();
            }
            return Optional.of(ListenAddress.parse(text)
                    .orElseThrow(() -> unusable(
                            text,
                            "127.0.0.1:8080 for this host alone, *:8080 for every network, [::1]:8080 with IPv6, port 0 for any free"
                                    + " one, or off")));
        });
    }

    /** A template over the columns of a row. */
    static ValueType<String> template() {
        return new ValueType<>(
                "text with ${column} in it",
                text -> {
                    try {
                        TopicTemplate.parse(text);
                        return text;
                    } catch (IllegalArgumentException e) {
                        throw new UnusableValue(
                                String.valueOf(e.getMessage()), "write it as outbox.event.${aggregatetype}");
                    }
                },
                true,
                ANY_TEXT);
    }

    /** The address of a database. It may hold a password, so it is not repeated. */
    static ValueType<String> databaseUrl() {
        String remedy = "write jdbc:postgresql://host:5432/database, and give source.username and source.password";
        Map<String, Object> schema = Map.of("type", "string", "pattern", "^jdbc:(postgresql|mysql):");
        return of("`jdbc:postgresql://host:port/database` or `jdbc:mysql://...`", schema, text -> {
            if (text.startsWith("jdbc:mariadb:")) {
                throw new UnusableValue(
                        "MariaDB cannot be read: Debezium's connector for its log is not available in the version used",
                        "use PostgreSQL, or MySQL with source.type = debezium");
            }
            if (!text.startsWith("jdbc:postgresql:") && !text.startsWith("jdbc:mysql:")) {
                throw new UnusableValue("it is not the JDBC URL of a PostgreSQL or MySQL database", remedy);
            }
            if (text.matches("jdbc:(postgresql|mysql)://[^/?]*@.*")) {
                throw new UnusableValue("a JDBC URL has no user before the host", remedy);
            }
            return text;
        });
    }

    private static <T> ValueType<T> of(String shape, Map<String, Object> schema, Function<String, T> parser) {
        return new ValueType<>(shape, parser, false, schema);
    }

    /** The words, and those of them that YAML takes for truth values as such. */
    private static Map<String, Object> oneOf(Set<String> words) {
        Set<String> inOrder = new TreeSet<>(words);
        List<Object> values = new ArrayList<>(inOrder);
        inOrder.stream()
                .filter(word -> word.equals("true") || word.equals("false"))
                .map(Boolean::valueOf)
                .forEach(values::add);
        return Map.of("enum", values);
    }

    private static String whole(Pattern pattern) {
        return "^" + pattern.pattern() + "$";
    }

    private static long amount(Matcher matched, Map<String, Long> units, String unitDefault) {
        String unit = matched.group(2) == null ? unitDefault : matched.group(2);
        return Long.parseLong(matched.group(1)) * units.getOrDefault(unit, 1L);
    }

    private static UnusableValue unusable(String text, String shape) {
        String shown = text.length() <= 60 ? text : text.substring(0, 60) + "...";
        return new UnusableValue("'" + shown + "' is not possible", "give " + shape.replace("`", ""));
    }
}
