package io.outboxrelay.config;

import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.debezium.MySqlAddress;
import io.outboxrelay.debezium.PassedThrough;
import io.outboxrelay.debezium.RefusedSettings;
import io.outboxrelay.debezium.rows.RowDeletion;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.polling.PollingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the settings of a source from values, once everything that is wrong with them has been noted. Used by one thread. */
final class SourceReading {

    private static final Map<SourceType, Set<String>> RETENTIONS = Map.of(
            SourceType.POLLING,
            Set.of(KnownSettings.DELETE, KnownSettings.ARCHIVE, KnownSettings.KEEP),
            SourceType.DEBEZIUM,
            Set.of(KnownSettings.APPLICATION, KnownSettings.RELAY));

    private final SettingValues values;
    private final Section section;
    private final Problems problems;

    SourceReading(SettingValues values, Section section, Problems problems) {
        this.values = values;
        this.section = section;
        this.problems = problems;
    }

    /** Notes everything that is wrong. */
    void check() {
        checkRetention();
        if (values.isOfUse(KnownSettings.ARCHIVE_TABLE)) {
            checkTables();
        }
        values.find(KnownSettings.SOURCE_URL).ifPresent(this::checkUrl);
        if (values.find(KnownSettings.SOURCE_TYPE).orElse(null) == SourceType.DEBEZIUM) {
            checkMessages();
            checkPosition();
            values.family(LogSettings.DEBEZIUM).keySet().forEach(this::checkPassedThrough);
        }
    }

    private void checkUrl(String url) {
        List<Problem> problems = ConnectionSettings.problems(url);
        if (MySqlAddress.isIn(url)) {
            problems = values.find(KnownSettings.TABLE)
                    .map(table -> MySqlAddress.problems(url, table))
                    .orElse(List.of());
            if (values.find(KnownSettings.SOURCE_TYPE).orElse(null) == SourceType.POLLING) {
                problems =
                        List.of(new Problem("MySQL is read from its log only, so far", "set source.type = debezium"));
            }
            checkOther(LogSettings.SLOT, "MySQL has no replication slots");
            checkOther(LogSettings.PUBLICATION, "MySQL has no publications");
            checkOther(LogSettings.FAILOVER, "MySQL has no replication slots");
            checkOther(LogSettings.MESSAGE_PREFIX, "MySQL has no messages in its log");
            refuseRelay("MySQL's rows are left to the application so far");
        } else {
            checkOther(LogSettings.SERVER_ID, "PostgreSQL has no numbers for those who read its log");
        }
        problems.forEach(problem -> add(KnownSettings.SOURCE_URL.key(), problem.what(), problem.remedy()));
    }

    /** Refuses a setting that only other databases have a use for. */
    private void checkOther(Setting<?> setting, String because) {
        if (values.given(setting.key()) != null) {
            add(setting.key(), because, "remove the line");
        }
    }

    private void refuseRelay(String because) {
        if (values.find(KnownSettings.RETENTION).orElse("").equals(KnownSettings.RELAY)) {
            add(KnownSettings.RETENTION.key(), because, "set outbox.retention = application, or remove the line");
        }
    }

    /** Without a table there is nothing in it to name, and a table beside messages would not be read. */
    private void checkMessages() {
        if (values.given(LogSettings.MESSAGE_PREFIX.key()) == null) {
            return;
        }
        refuseRelay("there is no table to delete rows of with source.messagePrefix");
        for (Setting<?> setting : List.of(
                KnownSettings.TABLE, KnownSettings.COLUMN_ID, KnownSettings.COLUMN_KEY, KnownSettings.COLUMN_PAYLOAD)) {
            checkOther(
                    setting,
                    "it names nothing with source.messagePrefix, where events are messages and no table is read");
        }
        if (values.find(LogSettings.MESSAGE_PREFIX).orElse("").startsWith("outbox-relay-")) {
            add(
                    LogSettings.MESSAGE_PREFIX.key(),
                    "prefixes that begin with outbox-relay- are the relay's own",
                    "give another one, such as outbox");
        }
    }

    private void checkPosition() {
        boolean inFile = values.find(LogSettings.POSITION_STORE).orElse("").equals(LogSettings.FILE);
        boolean named = values.given(LogSettings.POSITION_FILE.key()) != null;
        if (inFile && !named) {
            add(LogSettings.POSITION_FILE.key(), "it is missing", "name a file on a disk that outlives the process");
        } else if (named && !inFile) {
            add(
                    LogSettings.POSITION_FILE.key(),
                    "nothing is stored there with source.position.store = topic",
                    "set source.position.store = file, or remove the line");
        }
        if (inFile && values.given(LogSettings.POSITION_TOPIC.key()) != null) {
            add(
                    LogSettings.POSITION_TOPIC.key(),
                    "nothing is stored there with source.position.store = file",
                    "set source.position.store = topic, or remove the line");
        }
    }

    /** The settings, once there is nothing wrong with them. */
    SourceSettings read() {
        ConnectionSettings connection = ConnectionSettings.of(
                values.get(KnownSettings.SOURCE_URL),
                values.find(KnownSettings.SOURCE_USERNAME).orElse(null),
                values.find(KnownSettings.SOURCE_PASSWORD).orElse(null));
        return values.get(KnownSettings.SOURCE_TYPE) == SourceType.POLLING ? polling(connection) : debezium(connection);
    }

    private SourceSettings debezium(ConnectionSettings connection) {
        DebeziumSettings.Outbox outbox = values.find(LogSettings.MESSAGE_PREFIX)
                .<DebeziumSettings.Outbox>map(DebeziumSettings.MessageOutbox::new)
                .orElseGet(this::table);
        DebeziumSettings settings = new DebeziumSettings(
                connection,
                outbox,
                log(connection.url()),
                DebeziumSettings.Reading.DEFAULT.sharedBy(section.share()),
                PassedThrough.of(values.family(LogSettings.DEBEZIUM)));
        PositionPlace place = values.get(LogSettings.POSITION_STORE).equals(LogSettings.FILE)
                ? new PositionPlace.File(
                        Path.of(values.find(LogSettings.POSITION_FILE).orElseThrow()))
                : new PositionPlace.Topic(values.get(LogSettings.POSITION_TOPIC));
        return new SourceSettings.Debezium(settings, place);
    }

    private DebeziumSettings.TableOutbox table() {
        return new DebeziumSettings.TableOutbox(
                values.get(KnownSettings.TABLE),
                values.get(KnownSettings.COLUMN_ID),
                values.get(KnownSettings.COLUMN_KEY),
                values.get(KnownSettings.COLUMN_PAYLOAD),
                values.get(KnownSettings.RETENTION).equals(KnownSettings.RELAY) ? RowDeletion.Bounds.DEFAULT : null);
    }

    private DebeziumSettings.Log log(String url) {
        return MySqlAddress.isIn(url)
                ? new DebeziumSettings.MySqlLog(
                        section.within().isEmpty() ? "" : section.path("").pipeline(),
                        values.find(LogSettings.SERVER_ID).orElse(0))
                : new DebeziumSettings.PostgresLog(
                        values.get(LogSettings.SLOT),
                        values.get(LogSettings.PUBLICATION),
                        values.get(LogSettings.FAILOVER));
    }

    private SourceSettings polling(ConnectionSettings connection) {
        OutboxOrder order = values.get(KnownSettings.ORDER);
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
            case KnownSettings.ARCHIVE ->
                new OutboxRetention.Archive(
                        values.find(KnownSettings.ARCHIVE_TABLE).orElse(null));
            case KnownSettings.KEEP ->
                new OutboxRetention.Keep(values.find(KnownSettings.STATE_TABLE).orElse(null));
            default -> new OutboxRetention.Delete();
        };
    }

    /** Each source type has ways of its own, and none of them is another's. */
    private void checkRetention() {
        SourceType type = values.find(KnownSettings.SOURCE_TYPE).orElse(null);
        String retention = values.find(KnownSettings.RETENTION).orElse(null);
        if (type == null || retention == null) {
            return;
        }
        Set<String> possible = RETENTIONS.getOrDefault(type, Set.of());
        if (!possible.contains(retention)) {
            add(
                    KnownSettings.RETENTION.key(),
                    "'" + retention + "' is not possible with source.type = " + type.word() + ": "
                            + (type == SourceType.POLLING
                                    ? "a row that stands is taken for one that is not published yet"
                                    : "rows are read from the log, and what stands in the table says nothing"),
                    "give " + possible.stream().sorted().collect(Collectors.joining(" or ")) + ", or remove the line");
        }
    }

    /** Whoever names an archive, or a table of states, wants to keep the rows; to be without would show when they are gone. */
    private void checkTables() {
        checkTable(KnownSettings.ARCHIVE_TABLE, KnownSettings.ARCHIVE, "no row goes there");
        checkTable(KnownSettings.STATE_TABLE, KnownSettings.KEEP, "nothing is stored there");
        if (values.find(KnownSettings.RETENTION).orElse("").equals(KnownSettings.KEEP)
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

    private void checkPassedThrough(String name) {
        RefusedSettings.reason(name)
                .ifPresent(reason -> add(
                        LogSettings.DEBEZIUM.prefix() + name,
                        "it cannot be passed through: " + reason,
                        "remove the line"));
    }

    private void add(String key, String what, String remedy) {
        Given given = values.given(key);
        problems.add((given == null ? section.start() : given.place()) + " " + section.path(key), what, remedy);
    }
}
