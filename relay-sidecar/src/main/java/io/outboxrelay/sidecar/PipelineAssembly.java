package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.engine.LoopSettings;
import io.outboxrelay.engine.RelayPorts;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.KafkaPublishers;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.route.Router;
import io.outboxrelay.sidecar.metrics.Measured;
import io.outboxrelay.sidecar.metrics.ProducersInUse;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Puts the parts of a relay together: {@code OutboxSource -> Router -> KafkaPublisher}, and the loop that connects them. */
final class PipelineAssembly {

    private final String name;
    private final SettingsInUse inUse;
    private final Optional<BrokerProbe> gate;

    /**
     * What is put together.
     *
     * @param thread a relay that was not started yet
     * @param measured its figures
     * @param housekeeping finds out what the relay cannot tell itself; not started yet
     */
    record Assembled(RelayThread thread, Measured measured, Housekeeping housekeeping) {}

    /**
     * The parts of one relay.
     *
     * @param name of the pipeline
     * @param gate where it stands beside others: no producer is made while it cannot reach the brokers, or is refused by them.
     *     One that speaks plaintext to a port that speaks TLS takes the memory of the whole process
     */
    PipelineAssembly(String name, SettingsInUse inUse, Optional<BrokerProbe> gate) {
        this.name = name;
        this.inUse = inUse;
        this.gate = gate;
    }

    Assembled put(Consumer<RelayState> onState) {
        PipelineSettings settings = inUse.atStart();
        Router router = new Router(settings.route());
        SourceParts source = settings.source() instanceof SourceSettings.Polling
                ? PollingParts.of(inUse, router.columns())
                : DebeziumParts.of(inUse, router.columns());
        ProducersInUse producers = new ProducersInUse();
        KafkaPublishers publishers = new KafkaPublishers(inUse::publisher, producers);
        RelayPorts ports = new RelayPorts(
                source.sources(), router, wakeup -> open(publishers, wakeup), DeadLetterLog.policy(name, settings));
        LoopSettings defaults = LoopSettings.defaults(new SplittableRandom());
        LoopSettings loop = new LoopSettings(
                settings.window(),
                defaults.backoff(),
                defaults.standbyInterval(),
                defaults.stalledAfter(),
                gate.isEmpty());
        RelayThread thread = new RelayThread(ports, loop, onState);
        return new Assembled(
                thread, new Measured(name, thread.loop(), source.figures(), producers), source.housekeeping());
    }

    private Publisher open(KafkaPublishers publishers, Wakeup wakeup) {
        if (gate.isPresent() && gate.get().answer() instanceof Away away) {
            throw new RelayException(away.failure());
        }
        return publishers.open(wakeup);
    }
}
