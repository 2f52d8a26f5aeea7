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
import io.outboxrelay.sidecar.metrics.Measured;
import io.outboxrelay.sidecar.metrics.ProducersInUse;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Puts the parts of a relay together: {@code PollingSource -> Router -> KafkaPublisher}, and the loop that connects them. */
final class PipelineAssembly {

    private PipelineAssembly() {}

    /**
     * What is put together.
     *
     * @param thread a relay that was not started yet
     * @param measured its figures
     */
    record Assembled(RelayThread thread, Measured measured) {}

    /** @param name of the pipeline */
    static Assembled of(String name, SettingsInUse inUse, Consumer<RelayState> onState) {
        PipelineSettings settings = inUse.atStart();
        Router router = new Router(settings.route());
        PollingCounters counters = new PollingCounters();
        ProducersInUse producers = new ProducersInUse();
        RelayPorts ports = new RelayPorts(
                PollingSource.factory(inUse::source, router.columns(), counters),
                router,
                new KafkaPublishers(inUse::publisher, producers)::open);
        LoopSettings defaults = LoopSettings.defaults(new SplittableRandom());
        LoopSettings loop = new LoopSettings(
                settings.window(), defaults.backoff(), defaults.standbyInterval(), defaults.stalledAfter());
        RelayThread thread = new RelayThread(ports, loop, onState);
        return new Assembled(thread, new Measured(name, thread.loop(), counters, producers));
    }
}
