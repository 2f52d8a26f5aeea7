package io.outboxrelay.config;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.polling.PollingSettings;
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
    private static final String ARCHIVE = "archive";
    private static final String KEEP = "keep";

    private final SettingValues values;
    private final Section section;
    private final Problems problems;

    PipelineReading(SettingValues values, Section section, Problems problems) {
        this.values = values;
        this.section = section;
        this.problems = problems;
    }

    /** Notes everything that is wrong. */
    void check() {
        Map<String, String> kafka = values.family(KnownSettings.KAFKA);
        values.family(KnownSettings.HEADERS).forEach(this::checkHeader);
        checkRetention();
        values.find(KnownSettings.SOURCE_URL)
                .ifPresent(url -> ConnectionSettings.problems(url)
                        .forEach(problem -> add(KnownSettings.SOURCE_URL.key(), problem.what(), problem.remedy())));
        PublisherSettings.problems(kafka, windowBytesMax()).forEach(problem -> addKafka(problem, kafka));
    }

    /** The settings, once there is nothing wrong with them. */
    PipelineSettings read() {
        return new PipelineSettings(
                source(),
                new RouteSettings(
                        topic(), values.family(KnownSettings.HEADERS), values.get(KnownSettings.KEY_REQUIRED)),
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

    private SourceSettings source() {
        OutboxOrder order = values.get(KnownSettings.ORDER);
        ConnectionSettings connection = ConnectionSettings.of(
                values.get(KnownSettings.SOURCE_URL),
                values.find(KnownSettings.SOURCE_USERNAME).orElse(null),
                values.find(KnownSettings.SOURCE_PASSWORD).orElse(null));
        PollingSettings.Columns columns = new PollingSettings.Columns(
                values.get(KnownSettings.COLUMN_ID),
                order == OutboxOrder.NONE ? null : values.get(KnownSettings.COLUMN_SEQUENCE),
                values.get(KnownSettings.COLUMN_KEY),
                values.get(KnownSettings.COLUMN_PAYLOAD));
        PollingSettings.Reading reading = PollingSettings.Reading.DEFAULT
                .sharedBy(section.share())
                .listeningOn(values.find(KnownSettings.SOURCE_LISTEN).orElse(null));
        PollingSettings.Outbox outbox =
                new PollingSettings.Outbox(values.get(KnownSettings.TABLE), columns, order, retention());
        return new SourceSettings.Polling(new PollingSettings(connection, outbox, reading));
    }

    private OutboxRetention retention() {
        return switch (values.get(KnownSettings.RETENTION)) {
            case ARCHIVE ->
                new OutboxRetention.Archive(
                        values.find(KnownSettings.ARCHIVE_TABLE).orElse(null));
            case KEEP ->
                new OutboxRetention.Keep(values.find(KnownSettings.STATE_TABLE).orElse(null));
            default -> new OutboxRetention.Delete();
        };
    }

    private String topic() {
        return values.find(KnownSettings.TOPIC)
                .orElseGet(() -> "outbox.event.${" + values.get(KnownSettings.COLUMN_AGGREGATE_TYPE) + "}");
    }

    /** Whoever names an archive, or a table of states, wants to keep the rows; to be without would show when they are gone. */
    private void checkRetention() {
        checkTable(KnownSettings.ARCHIVE_TABLE, ARCHIVE, "no row goes there");
        checkTable(KnownSettings.STATE_TABLE, KEEP, "nothing is stored there");
        if (values.find(KnownSettings.RETENTION).orElse("").equals(KEEP)
                && values.find(KnownSettings.ORDER).orElse(OutboxOrder.SEQUENCE) != OutboxOrder.SEQUENCE) {
            add(
                    KnownSettings.RETENTION.key(),
                    "rows can only be kept with outbox.order = sequence: only then do their numbers say how far publishing got",
                    "set outbox.order = sequence, or outbox.retention = archive or delete");
        }
    }

    private void checkTable(Setting<String> table, String belongsTo, String what) {
        String retention = values.find(KnownSettings.RETENTION).orElse(belongsTo);
        if (values.given(table.key()) != null && !retention.equals(belongsTo)) {
            add(
                    table.key(),
                    what + " with outbox.retention = " + retention,
                    "set outbox.retention = " + belongsTo + ", or remove the line");
        }
    }

    private void checkHeader(String header, String column) {
        String key = KnownSettings.HEADERS.prefix() + header;
        if (header.equals(Router.ID_HEADER)) {
            add(
                    key,
                    "the header id always carries the event id",
                    "remove the line; outbox.columns.id names its column");
        } else if (column.isEmpty()) {
            add(key, "it has no value", "name the column that fills the header, or remove the line");
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
