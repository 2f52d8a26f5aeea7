package io.outboxrelay.sidecar;

import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.debezium.DebeziumSource;
import io.outboxrelay.debezium.LogFigures;
import io.outboxrelay.debezium.SlotWatch;
import io.outboxrelay.outbox.OutboxColumns;
import java.util.function.Supplier;

/** Reads the outbox from the database's log. Nothing else of this command knows of Debezium, which is loaded with this class first. */
final class DebeziumParts {

    private DebeziumParts() {}

    static SourceParts of(SettingsInUse inUse, OutboxColumns columns) {
        Supplier<DebeziumSettings> settings = () -> ((SourceSettings.Debezium) inUse.source()).debezium();
        LogFigures figures = new LogFigures();
        SlotWatch watch = new SlotWatch(settings, figures);
        return new SourceParts(
                DebeziumSource.factory(settings, columns, figures), figures, new SourceParts.Housekeeping() {
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
