package io.outboxrelay.config;

import static io.outboxrelay.config.Setting.otherwise;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.config.Setting.Only;
import io.outboxrelay.publish.PublisherSettings;

/** The settings that only those source types have which read the database's log. */
final class LogSettings {

    private static final String NO_LOG = "the table is read, and no log";

    static final Setting<String> SLOT = otherwise(
                    "source.slot",
                    ValueType.slot(),
                    "outbox_relay",
                    "The replication slot of PostgreSQL from which the log is read, and which knows how far that was published. One for each"
                            + " outbox; nobody else may read from it.")
            .only(SourceType.DEBEZIUM, NO_LOG);
    static final Setting<String> PUBLICATION = otherwise(
                    "source.publication",
                    ValueType.text("name of a publication"),
                    "outbox_relay",
                    "The publication that says which tables come out of the log: inserts into the outbox, and nothing else.")
            .only(SourceType.DEBEZIUM, NO_LOG);

    static final Family DEBEZIUM = new Family(
            "source.debezium.",
            "<connector setting>",
            name -> PublisherSettings.isSecret(name) ? Masking.ALL : Masking.NOTHING,
            new Only(SourceType.DEBEZIUM, NO_LOG),
            "Any other setting of Debezium's connector, such as `source.debezium.xmin.fetch.interval.ms`. Those that the relay's promises rest on are"
                    + " refused, with the reason; see [CDC](cdc.md#settings-of-debeziums-own).");

    private LogSettings() {}
}
