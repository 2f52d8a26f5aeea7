package io.outboxrelay.sidecar;

import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
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
        PendingWatch watch = new PendingWatch(settings, counters.pending());
        return new SourceParts(
                PollingSource.factory(settings, columns, counters), counters, new SourceParts.Housekeeping() {
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
