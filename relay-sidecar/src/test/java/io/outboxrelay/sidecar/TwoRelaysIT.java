package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Of two relays at one outbox one works; the other stands by and takes over. */
class TwoRelaysIT {
    /** It asks each second, and has its session to set up. */
    private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(5);

    @Test
    void the_second_stands_by_and_takes_over_when_the_first_is_killed_or_stopped() throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Workload workload = Workload.everything(seed).withEventsPerSecond(500).withUnrelatedOpen(Duration.ofSeconds(2));
        try (Scene scene = Scene.withShop();
                OrderService shop = scene.set("window.recordsMax", "1000").startShop(workload)) {
            RelayProcess first = scene.startRunningRelay();
            RelayProcess second = scene.startRelay();
            second.awaitLine("standing by: another relay reads public.outbox", Scene.BOUND);
            assertThat(second.hasSaid("running")).isFalse();

            first.kill();
            second.awaitLine("running", TAKEN_OVER_WITHIN);

            RelayProcess third = scene.startRelay();
            third.awaitLine("standing by: ", Scene.BOUND);
            second.terminate();
            assertThat(second.awaitExit(Scene.BOUND)).as("%s", second.lines()).isZero();
            third.awaitLine("running", TAKEN_OVER_WITHIN);

            CommittedHistory history = shop.stop();
            scene.awaitEmpty("outbox", third);
            // Only the kill may repeat anything.
            Scene.assertSound(scene.verdict(history), 1_000, seed);
        }
    }
}
