package io.outboxrelay.sidecar;

import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.PendingWatch;
import io.outboxrelay.polling.PollingCounters;
import io.outboxrelay.polling.PollingSettings;
import io.outboxrelay.polling.PollingSource;
import java.util.function.Supplier;

/** Reads the outbox by polling. */
final class PollingParts {

    private PollingParts() {}

    static SourceParts of(SettingsInUse inUse, OutboxColumns columns) {
        Supplier<PollingSettings> settings = () -> ((SourceSettings.Polling) inUse.source()).polling();
        PollingCounters counters = new PollingCounters();
        return new SourceParts(
                PollingSource.factory(settings, columns, counters),
                counters,
                new Housekeeping(new PendingWatch(settings, counters.pending())));
    }
}
