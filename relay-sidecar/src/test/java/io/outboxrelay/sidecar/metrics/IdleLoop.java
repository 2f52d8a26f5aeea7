package io.outboxrelay.sidecar.metrics;

import io.outboxrelay.engine.LoopSettings;
import io.outboxrelay.engine.RelayLoop;
import io.outboxrelay.engine.RelayPorts;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.polling.PollingCounters;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import java.util.Map;
import java.util.SplittableRandom;

/** A relay whose database and broker are away, for metrics that need neither. */
final class IdleLoop {

    private IdleLoop() {}

    static Measured measured(String pipeline) {
        return measured(pipeline, new ProducersInUse());
    }

    static Measured measured(String pipeline, ProducersInUse producers) {
        return new Measured(pipeline, loop(), new PollingCounters(), producers);
    }

    private static RelayLoop loop() {
        RelayException away = new RelayException(FailureKind.TRANSIENT, "away", "wait");
        return new RelayLoop(
                new RelayPorts(
                        () -> {
                            throw away;
                        },
                        new Router(new RouteSettings("topic", Map.of(), true)),
                        wakeup -> {
                            throw away;
                        }),
                LoopSettings.defaults(new SplittableRandom(1)),
                () -> {},
                state -> {});
    }
}
