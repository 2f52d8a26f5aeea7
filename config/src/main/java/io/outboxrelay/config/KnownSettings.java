package io.outboxrelay.config;

import static io.outboxrelay.config.Setting.optional;
import static io.outboxrelay.config.Setting.otherwise;
import static io.outboxrelay.config.Setting.required;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.config.Setting.Only;
import io.outboxrelay.config.Setting.Scope;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.publish.PublisherSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every setting that there is, and the families of settings whose keys are not all known beforehand. */
final class KnownSettings {

    /**
     * Settings that share a prefix, with any name behind it.
     *
     * @param prefix with its dot
     * @param name what stands behind the prefix, for people
     * @param masking what is never shown of one, by its name behind the prefix
     * @param only where they have a meaning with one source type alone, else null
     * @param text what they mean, for people
     */
    record Family(
            String prefix,
            String name,
            Function<String, Masking> masking,
            @Nullable Only only,
            String text) {

        /** Whether they have a meaning with this source type; with one that is not known, they may have. */
        boolean isFor(@Nullable SourceType type) {
            return only == null || type == null || only.type() == type;
        }

        boolean owns(String key) {
            return key.startsWith(prefix) && key.length() > prefix.length();
        }

        String nameOf(String key) {
            return key.substring(prefix.length());
        }
    }

    /** Kafka's own checks know the other producer settings; without this one there is nothing to begin with. */
    static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

    /** What becomes of published rows. */
    static final String DELETE = "delete";

    static final String ARCHIVE = "archive";
    static final String KEEP = "keep";
    static final String APPLICATION = "application";
    static final String RELAY = "relay";

    private static final String LOG_ORDER = "the log has an order of its own, that in which transactions committed";

    private static final ValueType<String> COLUMN = ValueType.text("column, as the database knows it, without quotes");

    static final Setting<SourceType> SOURCE_TYPE = otherwise(
            "source.type",
            ValueType.choice(SourceType.byWord()),
            "polling",
            "How the outbox is read: `polling` by ordinary SQL, `debezium` from the database's log, see [CDC](cdc.md).");
    static final Setting<String> SOURCE_URL = required(
                    "source.url",
                    ValueType.databaseUrl(),
                    "jdbc:postgresql://localhost:5432/shop",
                    "The database. Any parameter of its JDBC driver may follow after a `?`. MySQL (`jdbc:mysql://host:3306/database`) with"
                            + " `source.type = debezium` only.")
            .masked(Masking.IN_URL);
    static final Setting<String> SOURCE_USERNAME = optional(
            "source.username", ValueType.text("name of a role"), "what the URL says", "The role to log in as.");
    static final Setting<String> SOURCE_PASSWORD = optional(
                    "source.password",
                    ValueType.text("text"),
                    "none",
                    "Its password. Better not in the file itself: `${file:/run/secrets/db-password}`, which is read anew at each attempt to"
                            + " connect.")
            .masked(Masking.ALL);
    static final Setting<String> SOURCE_LISTEN = optional(
                    "source.listen",
                    ValueType.channel(),
                    "the table is polled alone",
                    "Where the application notifies after it has written events: its rows are then read at once. A hint only; see"
                            + " [connections](connections.md#notifications).")
            .only(SourceType.POLLING, "the log brings rows by itself, as soon as they are committed");

    static final Setting<String> TABLE = required(
                    "outbox.table", ValueType.table(), "public.outbox", "The outbox table.")
            .orElse("source.messagePrefix");
    static final Setting<String> COLUMN_ID = otherwise(
            "outbox.columns.id",
            COLUMN,
            Columns.DEFAULT.id(),
            "The event's id: becomes the header `id`, by which consumers recognise repeats.");
    static final Setting<String> COLUMN_SEQUENCE = otherwise(
                    "outbox.columns.sequence",
                    COLUMN,
                    "seq",
                    "The number that the database draws for each row. With `outbox.order = commit-timestamp` unique numbers from anywhere"
                            + " will do, with `none` it is not read.")
            .only(SourceType.POLLING, LOG_ORDER);
    static final Setting<String> COLUMN_AGGREGATE_TYPE = otherwise(
            "outbox.columns.aggregateType", COLUMN, "aggregatetype", "What the default of `route.topic` is made of.");
    static final Setting<String> COLUMN_KEY = otherwise(
            "outbox.columns.key",
            COLUMN,
            Columns.DEFAULT.key(),
            "The message's key. Messages of one key keep their order.");
    static final Setting<String> COLUMN_PAYLOAD = otherwise(
            "outbox.columns.payload",
            COLUMN,
            Columns.DEFAULT.payload(),
            "The message's value, published byte for byte; null is a tombstone.");
    static final Setting<String> COLUMN_TIMESTAMP = optional(
                    "outbox.columns.timestamp",
                    COLUMN,
                    "the time of publishing",
                    "The message's timestamp: a `timestamptz`, a `timestamp` in UTC, or a `bigint` of milliseconds since 1970. Null is the"
                            + " time of publishing.")
            .only(SourceType.POLLING, "its values would come in the log's own form");
    static final Setting<String> COLUMN_TYPE = optional(
            "outbox.columns.type",
            COLUMN,
            "`type`",
            "The event's type, by which `failures.types` tells events apart, and which dead letters bear where it is given; refused where there are neither.");
    static final Setting<String> RETENTION = otherwise(
                    "outbox.retention",
                    ValueType.choice(Map.of(
                            DELETE, DELETE, ARCHIVE, ARCHIVE, KEEP, KEEP, APPLICATION, APPLICATION, RELAY, RELAY)),
                    DELETE,
                    "What becomes of a published row. With `polling`: `delete` deletes it, `archive` moves it to another table, `keep` leaves"
                            + " it where it is and stores how far publishing got; see [retention](retention.md). With `debezium`:"
                            + " `application` leaves it to the application, which may delete it at any time after it was inserted; `relay` deletes it once"
                            + " it is published, by its id, and takes the right to do so (PostgreSQL only); see [cdc](cdc.md).")
            .unless(SourceType.DEBEZIUM, APPLICATION);
    static final Setting<String> ARCHIVE_TABLE = optional(
                    "outbox.archiveTable",
                    ValueType.table(),
                    "the outbox's name with `_archive` behind it",
                    "Where rows go with `outbox.retention = archive`, and refused without it. Without a schema, in the outbox's.")
            .only(SourceType.POLLING, "rows are only read from the log, and none is moved");
    static final Setting<String> STATE_TABLE = optional(
                    "outbox.stateTable",
                    ValueType.table(),
                    "`outbox_relay_state`",
                    "Where `outbox.retention = keep` stores how far publishing got, and refused without it. Without a schema, in the outbox's.")
            .only(SourceType.POLLING, "how far publishing got is known to the replication slot");
    static final Setting<OutboxOrder> ORDER = otherwise(
                    "outbox.order",
                    ValueType.choice(Map.of(
                            "sequence",
                            OutboxOrder.SEQUENCE,
                            "commit-timestamp",
                            OutboxOrder.COMMIT_TIMESTAMP,
                            "none",
                            OutboxOrder.NONE)),
                    "sequence",
                    "What the order per key rests on. `sequence`: the rows' numbers, for applications that lock the aggregate before they insert the"
                            + " event. `commit-timestamp`: when the transactions committed, for applications that lock it at any time, as many ORMs do;"
                            + " needs `track_commit_timestamp = on` at the server, which costs a restart, and reads the whole table in rounds."
                            + " `none`: every row is published, in no promised order.")
            .only(SourceType.POLLING, LOG_ORDER);

    static final Setting<String> TOPIC = optional(
            "route.topic",
            ValueType.template(),
            "`outbox.event.${aggregatetype}`, with the column that `outbox.columns.aggregateType` names",
            "The topic of a row: `${column}` stands for the value of a column, `$$` for a dollar sign.");
    static final Setting<Boolean> KEY_REQUIRED = otherwise(
            "route.keyRequired",
            ValueType.choice(Map.of("true", true, "false", false)),
            "false",
            "Whether a row without a key stops the relay. Otherwise it is published without one, and without order.");
    static final Family HEADERS = new Family(
            "route.headers.",
            "<header>",
            name -> Masking.NOTHING,
            null,
            "The column that fills this header, as text; a null leaves it out. The header `id` is always there.");

    static final Family KAFKA = new Family(
            "kafka.",
            "<producer setting>",
            name -> PublisherSettings.isSecret(name) ? Masking.ALL : Masking.NOTHING,
            null,
            "Any producer setting of Kafka, such as `kafka.bootstrap.servers` (required) or `kafka.security.protocol`; see"
                    + " [connections](connections.md#encryption-and-passwords-kafka). Those that the relay's promises rest on cannot be"
                    + " changed: `acks`, `enable.idempotence`, `retries`, `max.in.flight.requests.per.connection`,"
                    + " `delivery.timeout.ms`, `max.block.ms` and the serializers.");

    static final Setting<Integer> WINDOW_RECORDS_MAX = otherwise(
            "window.recordsMax",
            ValueType.wholeNumber(1, 1_000_000),
            Integer.toString(WindowSettings.DEFAULTS.recordsMax()),
            "How many rows are on their way at most. As many may be repeated after the process was killed.");
    static final Setting<Long> WINDOW_BYTES_MAX = otherwise(
            "window.bytesMax",
            ValueType.bytes(1, 1024),
            (WindowSettings.DEFAULTS.bytesMax() >> 20) + " MiB",
            "How many bytes of rows are on their way at most. A single larger row goes alone. More needs a larger heap and,"
                    + " from 64 MiB on, a `kafka.buffer.memory` of twice as much.");
    static final Setting<Duration> DRAIN_TIMEOUT = otherwise(
                    "drainTimeout",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofMinutes(60)),
                    "30s",
                    "How long a stop may take to finish what is on its way, in all pipelines at once.")
            .ofProcess();
    static final Setting<Optional<ListenAddress>> MANAGEMENT_LISTEN = otherwise(
                    "management.listen",
                    ValueType.listenAddress(),
                    "127.0.0.1:8080",
                    "Where the relay says over HTTP how it is: `*:8080` to every network, port 0 on a free port that the log names,"
                            + " `off` not at all. Each relay on a host needs a port of its own. See [operations](operations.md).")
            .ofProcess();

    static final Setting<LogFormat> LOGGING_FORMAT = otherwise(
                    "logging.format",
                    ValueType.choice(Map.of("text", LogFormat.TEXT, "ecs", LogFormat.ECS)),
                    "text",
                    "How the log is written, to standard output: `text` for people, `ecs` as one JSON object a line with the fields of the"
                            + " Elastic Common Schema, why the relay does not start included. See [operations](operations.md#logs).")
            .ofProcess();

    /** In the order of the reference page. */
    static final List<Setting<?>> ALL = Stream.of(
                    List.of(SOURCE_TYPE, SOURCE_URL, SOURCE_USERNAME, SOURCE_PASSWORD, SOURCE_LISTEN),
                    LogSettings.ALL,
                    List.of(
                            TABLE,
                            COLUMN_ID,
                            COLUMN_SEQUENCE,
                            COLUMN_AGGREGATE_TYPE,
                            COLUMN_KEY,
                            COLUMN_PAYLOAD,
                            COLUMN_TIMESTAMP,
                            COLUMN_TYPE),
                    List.of(RETENTION, ARCHIVE_TABLE, STATE_TABLE, ORDER, TOPIC, KEY_REQUIRED),
                    FailureSettings.all(),
                    List.of(WINDOW_RECORDS_MAX, WINDOW_BYTES_MAX, DRAIN_TIMEOUT, MANAGEMENT_LISTEN, LOGGING_FORMAT))
            .<Setting<?>>flatMap(List::stream)
            .toList();

    static final List<Family> FAMILIES = List.of(HEADERS, KAFKA, FailureSettings.TYPES, LogSettings.DEBEZIUM);

    private KnownSettings() {}

    static Optional<Setting<?>> find(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    static boolean isKnown(String key) {
        return find(key).isPresent() || FAMILIES.stream().anyMatch(family -> family.owns(key));
    }

    static boolean isOfProcess(String key) {
        return find(key).map(setting -> setting.scope() == Scope.PROCESS).orElse(false);
    }

    /** Those of a scope, in the order of the reference page. */
    static List<Setting<?>> of(Scope scope) {
        return ALL.stream().filter(setting -> setting.scope() == scope).toList();
    }

    /** What must be given, Kafka's own included. */
    static List<String> keysRequired() {
        return Stream.concat(
                        ALL.stream()
                                .filter(setting -> setting.presence() instanceof Setting.Required)
                                .map(Setting::key),
                        Stream.of(BOOTSTRAP_SERVERS))
                .toList();
    }

    static List<String> keys() {
        return ALL.stream().<String>map(Setting::key).toList();
    }
}
