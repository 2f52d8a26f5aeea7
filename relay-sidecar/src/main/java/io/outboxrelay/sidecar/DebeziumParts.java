package io.outboxrelay.sidecar;

import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.debezium.DebeziumSource;
import io.outboxrelay.debezium.LogFigures;
import io.outboxrelay.debezium.SlotWatch;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.debezium.store.StateTopic;
import io.outboxrelay.outbox.OutboxColumns;
import java.time.Duration;
import java.util.function.Supplier;

/** Reads the outbox from the database's log. Nothing else of this command knows of Debezium, which is loaded with this class first. */
final class DebeziumParts {

    /** Where positions are kept, of every pipeline that publishes to these brokers; each under the names of its database and its slot. */
    private static final String STATE_TOPIC = "outbox-relay-state";

    private static final Duration STATE_WITHIN = Duration.ofSeconds(10);

    private DebeziumParts() {}

    private static StateStore store(SettingsInUse inUse) {
        return StateTopic.open(inUse.publisher(), STATE_TOPIC, STATE_WITHIN);
    }

    static SourceParts of(SettingsInUse inUse, OutboxColumns columns) {
        Supplier<DebeziumSettings> settings = () -> ((SourceSettings.Debezium) inUse.source()).debezium();
        LogFigures figures = new LogFigures();
        SlotWatch watch = new SlotWatch(settings, figures);
        return new SourceParts(
                DebeziumSource.factory(settings, columns, () -> store(inUse), figures),
                figures,
                new SourceParts.Housekeeping() {
                    @Override
                    public void start() {
                        watch.start();
                    }

                    @Override
                    public void close() {
                        watch.close();
                    }
                });
    }
}
