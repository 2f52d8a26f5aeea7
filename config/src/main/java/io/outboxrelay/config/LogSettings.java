package io.outboxrelay.config;

import static io.outboxrelay.config.Setting.optional;
import static io.outboxrelay.config.Setting.otherwise;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.config.Setting.Only;
import io.outboxrelay.publish.PublisherSettings;
import java.util.List;
import java.util.Map;

/** The settings that only those source types have which read the database's log. */
final class LogSettings {

    static final String TOPIC = "topic";
    static final String FILE = "file";

    private static final String NO_LOG = "the table is read, and no log";

    static final Setting<String> SLOT = otherwise(
                    "source.slot",
                    ValueType.slot(),
                    "outbox_relay",
                    "PostgreSQL only: the replication slot from which the log is read, and which knows how far that was published. One for each"
                            + " outbox; nobody else may read from it.")
            .only(SourceType.DEBEZIUM, NO_LOG);
    static final Setting<String> PUBLICATION = otherwise(
                    "source.publication",
                    ValueType.text("name of a publication"),
                    "outbox_relay",
                    "PostgreSQL only: the publication that says which tables come out of the log: inserts into the outbox, and nothing else.")
            .only(SourceType.DEBEZIUM, NO_LOG);

    static final Setting<Boolean> FAILOVER = otherwise(
                    "source.failover",
                    ValueType.choice(Map.of("true", true, "false", false)),
                    "false",
                    "PostgreSQL 17 and later only: whether the slot has to be one that is there on standbys too, so that a failover loses nothing.")
            .only(SourceType.DEBEZIUM, NO_LOG);
    static final Setting<String> MESSAGE_PREFIX = optional(
                    "source.messagePrefix",
                    ValueType.text("prefix of logical messages"),
                    "rows of `outbox.table` are the events",
                    "PostgreSQL only, for an outbox without a table: events are what transactions write by"
                            + " `pg_logical_emit_message(true, prefix, json)`. See [CDC](cdc.md#without-a-table).")
            .only(SourceType.DEBEZIUM, NO_LOG);

    static final Setting<String> POSITION_STORE = otherwise(
                    "source.position.store",
                    ValueType.choice(Map.of(TOPIC, TOPIC, FILE, FILE)),
                    TOPIC,
                    "Where it is noted how far publishing got, and on MySQL how the columns were: in a compacted `topic` of the same brokers, or"
                            + " in a `file`. On PostgreSQL that is before the slot is told, so that a slot which is not what it was is noticed.")
            .only(SourceType.DEBEZIUM, NO_LOG);
    static final Setting<String> POSITION_TOPIC = otherwise(
                    "source.position.topic",
                    ValueType.text("name of a topic"),
                    "outbox-relay-state",
                    "That topic; made where it is not there. Several pipelines may share it.")
            .only(SourceType.DEBEZIUM, NO_LOG);
    static final Setting<String> POSITION_FILE = optional(
                    "source.position.file",
                    ValueType.text("path of a file"),
                    "none",
                    "That file, on a disk that outlives the process; required with `source.position.store = file`, and refused without.")
            .only(SourceType.DEBEZIUM, NO_LOG);
    static final Setting<Integer> SERVER_ID = optional(
                    "source.serverId",
                    ValueType.wholeNumber(1, Integer.MAX_VALUE),
                    "one drawn at random for each attempt",
                    "MySQL only: what the relay calls itself among the server's replicas, of which no two may have the same.")
            .only(SourceType.DEBEZIUM, NO_LOG);

    /** In the order of the reference page. */
    static final List<Setting<?>> ALL = List.of(
            SLOT, PUBLICATION, FAILOVER, MESSAGE_PREFIX, SERVER_ID, POSITION_STORE, POSITION_TOPIC, POSITION_FILE);

    static final Family DEBEZIUM = new Family(
            "source.debezium.",
            "<connector setting>",
            name -> PublisherSettings.isSecret(name) ? Masking.ALL : Masking.NOTHING,
            new Only(SourceType.DEBEZIUM, NO_LOG),
            "Any other setting of Debezium's connector, such as `source.debezium.xmin.fetch.interval.ms`. Those that the relay's promises rest on are"
                    + " refused, with the reason; see [CDC](cdc.md#settings-of-debeziums-own).");

    private LogSettings() {}
}
