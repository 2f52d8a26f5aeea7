package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.engine.LoopSettings;
import io.outboxrelay.engine.RelayPorts;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.polling.PollingCounters;
import io.outboxrelay.polling.PollingSource;
import io.outboxrelay.publish.KafkaPublishers;
import io.outboxrelay.route.Router;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Puts the parts of a relay together: {@code PollingSource -> Router -> KafkaPublisher}, and the loop that connects them. */
final class PipelineAssembly {

    private PipelineAssembly() {}

    /** A relay that was not started yet. */
    static RelayThread of(SettingsInUse inUse, Consumer<RelayState> onState) {
        PipelineSettings settings = inUse.atStart();
        Router router = new Router(settings.route());
        RelayPorts ports = new RelayPorts(
                PollingSource.factory(inUse::source, router.columns(), new PollingCounters()),
                router,
                new KafkaPublishers(inUse::publisher)::open);
        LoopSettings defaults = LoopSettings.defaults(new SplittableRandom());
        LoopSettings loop = new LoopSettings(
                settings.window(), defaults.backoff(), defaults.standbyInterval(), defaults.stalledAfter());
        return new RelayThread(ports, loop, onState);
    }
}
