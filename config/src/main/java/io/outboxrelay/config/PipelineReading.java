package io.outboxrelay.config;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.poison.DeadLetters;
import io.outboxrelay.publish.PublisherSettings;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import java.util.Comparator;
import java.util.Map;

/** Makes the settings of the components from values, once everything that is wrong with them has been noted. */
final class PipelineReading {

    private static final String SERVERS = "bootstrap.servers";
    private static final String CLIENT_ID = "client.id";
    private static final String BATCH_SIZE = "batch.size";
    private static final int BATCH_BYTES_OF_ALL = 256 * 1024;
    private static final int BATCH_BYTES_MIN = 32 * 1024;

    private final SettingValues values;
    private final Section section;
    private final Problems problems;
    private final SourceReading source;

    PipelineReading(SettingValues values, Section section, Problems problems) {
        this.values = values;
        this.section = section;
        this.problems = problems;
        this.source = new SourceReading(values, section, problems);
    }

    /** Notes everything that is wrong. */
    void check() {
        Map<String, String> kafka = values.family(KnownSettings.KAFKA);
        values.family(KnownSettings.HEADERS).forEach(this::checkHeader);
        values.family(FailureSettings.TYPES).forEach(this::checkType);
        checkDeadLetters();
        source.check();
        PublisherSettings.problems(kafka, windowBytesMax()).forEach(problem -> addKafka(problem, kafka));
    }

    /** The settings, once there is nothing wrong with them. */
    PipelineSettings read() {
        return new PipelineSettings(
                source.read(),
                new RouteSettings(
                        topic(),
                        values.family(KnownSettings.HEADERS),
                        values.get(KnownSettings.KEY_REQUIRED),
                        values.find(KnownSettings.COLUMN_TIMESTAMP).orElse(null),
                        FailureSettings.asksForTypes(values)
                                ? values.find(KnownSettings.COLUMN_TYPE).orElse("type")
                                : null),
                FailureSettings.read(values),
                PublisherSettings.of(kafka(), windowBytesMax()),
                new WindowSettings(values.get(KnownSettings.WINDOW_RECORDS_MAX), windowBytesMax()));
    }

    /** Clients of one process that have one id disturb each other's metrics, and cannot be told apart at the brokers. */
    private Map<String, String> kafka() {
        Map<String, String> kafka = values.family(KnownSettings.KAFKA);
        if (!section.within().isEmpty()) {
            kafka.putIfAbsent(
                    CLIENT_ID,
                    PublisherSettings.CLIENT_ID_DEFAULT + "-" + section.path("").pipeline());
            // Each partition with a message takes a whole batch of memory, in each pipeline.
            kafka.putIfAbsent(
                    BATCH_SIZE, Integer.toString(Math.max(BATCH_BYTES_MIN, BATCH_BYTES_OF_ALL / section.share())));
        }
        return kafka;
    }

    private long windowBytesMax() {
        return values.find(KnownSettings.WINDOW_BYTES_MAX).orElse(WindowSettings.DEFAULTS.bytesMax());
    }

    private String topic() {
        return values.find(KnownSettings.TOPIC)
                .orElseGet(() -> "outbox.event.${" + values.get(KnownSettings.COLUMN_AGGREGATE_TYPE) + "}");
    }

    private void checkHeader(String header, String column) {
        String key = KnownSettings.HEADERS.prefix() + header;
        if (header.equals(Router.ID_HEADER)) {
            add(
                    key,
                    "the header id always carries the event id",
                    "remove the line; outbox.columns.id names its column");
        } else if (header.startsWith(DeadLetters.HEADER_PREFIX)) {
            add(
                    key,
                    "headers that begin with " + DeadLetters.HEADER_PREFIX + " are those of dead letters",
                    "give it another name");
        } else if (column.isEmpty()) {
            add(key, "it has no value", "name the column that fills the header, or remove the line");
        }
    }

    private void checkType(String type, String action) {
        try {
            FailureSettings.requireAction(action);
        } catch (UnusableValue e) {
            add(FailureSettings.TYPES.prefix() + type, e.what(), e.remedy());
        }
    }

    /** A setting that nothing comes of is a mistake of whoever gave it; events among their own dead letters are worse. */
    private void checkDeadLetters() {
        String topic = FailureSettings.DEAD_LETTER_TOPIC.key();
        if (!FailureSettings.hasDeadLetters(values)) {
            if (values.given(topic) != null) {
                add(
                        topic,
                        "nothing goes there with failures.poison = halt",
                        "set failures.poison = dead-letter, or remove the line");
            }
        } else if (FailureSettings.topic(values)
                .equals(values.find(KnownSettings.TOPIC).orElse(null))) {
            add(topic, "it is the topic of the events themselves", "give dead letters a topic of their own");
        }
        String column = KnownSettings.COLUMN_TYPE.key();
        if (values.given(column) != null && !FailureSettings.asksForTypes(values)) {
            add(
                    column,
                    "nobody asks for it without failures.types or dead letters",
                    "remove the line; headers name columns by themselves");
        }
    }

    /** A problem of Kafka's settings begins with the key; where that was given, its place is put in front. */
    private void addKafka(Problem problem, Map<String, String> kafka) {
        if (kafka.get(SERVERS) == null
                && problems.isMeant(
                        section.path(KnownSettings.KAFKA.prefix() + SERVERS).toString())
                && problem.what().startsWith(KnownSettings.KAFKA.prefix() + SERVERS)) {
            return;
        }
        String place = kafka.keySet().stream()
                .map(name -> KnownSettings.KAFKA.prefix() + name)
                .filter(problem.what()::startsWith)
                .max(Comparator.comparingInt(String::length))
                .map(this::placeOf)
                .orElse(
                        problem.what().startsWith(KnownSettings.KAFKA.prefix() + SERVERS)
                                ? placeOf(KnownSettings.KAFKA.prefix() + SERVERS)
                                : section.start());
        problems.add(place, problem.what(), problem.remedy());
    }

    private void add(String key, String what, String remedy) {
        problems.add(placeOf(key), what, remedy);
    }

    private String placeOf(String key) {
        Given given = values.given(key);
        return (given == null ? section.start() : given.place()) + " " + section.path(key);
    }
}
