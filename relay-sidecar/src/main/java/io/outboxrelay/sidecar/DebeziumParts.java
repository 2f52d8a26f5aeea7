package io.outboxrelay.sidecar;

import io.outboxrelay.config.PositionPlace;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.debezium.DebeziumSource;
import io.outboxrelay.debezium.LogFigures;
import io.outboxrelay.debezium.MySqlAddress;
import io.outboxrelay.debezium.ServerClock;
import io.outboxrelay.debezium.SlotWatch;
import io.outboxrelay.debezium.store.StateFile;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.debezium.store.StateTopic;
import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.function.Supplier;

/** Reads the outbox from the database's log. Nothing else of this command knows of Debezium, which is loaded with this class first. */
final class DebeziumParts {

    private static final Duration STATE_WITHIN = Duration.ofSeconds(10);

    private DebeziumParts() {}

    /** In a topic, the positions of all pipelines stand under the names of their databases and slots. */
    static StateStore store(SettingsInUse inUse) {
        PositionPlace place = ((SourceSettings.Debezium) inUse.source()).position();
        return place instanceof PositionPlace.File file
                ? StateFile.open(file.path())
                : StateTopic.open(inUse.publisher(), ((PositionPlace.Topic) place).name(), STATE_WITHIN);
    }

    static SourceParts of(SettingsInUse inUse, OutboxColumns columns) {
        Supplier<DebeziumSettings> settings = () -> ((SourceSettings.Debezium) inUse.source()).debezium();
        LogFigures figures = new LogFigures();
        Supplier<OutboxSource> sources = DebeziumSource.factory(settings, columns, () -> store(inUse), figures);
        return new SourceParts(sources, figures, housekeeping(settings, figures));
    }

    private static Housekeeping housekeeping(Supplier<DebeziumSettings> settings, LogFigures figures) {
        boolean mySql = MySqlAddress.isIn(settings.get().connection().url());
        return new Housekeeping(mySql ? new ServerClock(settings, figures) : new SlotWatch(settings, figures));
    }
}
