package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Log reading that deletes what it has published, as the packaged relay does it. */
class DeletedRowsIT {
    private static final int WINDOW_RECORDS_MAX = 1_000;
    private static final int KILLS = 4;

    /** What stood when a relay started, which it confirms only once the rows are gone: within a second it may repeat it all. */
    private static final long REPEATED_MAX = KILLS * 6_000L;

    @Test
    void kills_at_random_points_lose_nothing_and_in_the_end_no_published_row_stands() throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Workload workload = Workload.everything(seed).withEventsPerSecond(800).withUnrelatedOpen(Duration.ofSeconds(2));
        try (Scene scene = Scene.withShop().fromLog().retaining("relay")) {
            scene.execute("GRANT SELECT (id), DELETE ON outbox TO " + SharedServers.LOG_ROLE);
            scene.set("window.recordsMax", Integer.toString(WINDOW_RECORDS_MAX));
            try (OrderService shop = scene.startShop(workload)) {
                for (int kill = 1; kill <= KILLS; kill++) {
                    RelayProcess relay = scene.startRunningRelay();
                    boolean ended = relay.endsWithin(Duration.ofMillis(random.nextLong(900)));
                    assertThat(ended).as("ended by itself: %s", relay.lines()).isFalse();
                    relay.kill();
                }
                RelayProcess survivor = scene.startRelay();
                CommittedHistory history = shop.stop();
                scene.awaitPublished(history, survivor);
                survivor.terminate();
                assertThat(survivor.awaitExit(Scene.BOUND))
                        .as("%s", survivor.lines())
                        .isZero();
                Scene.assertSound(scene.verdict(history), REPEATED_MAX, seed);
                assertThat(scene.count("outbox"))
                        .as("rows that stand after a clean stop")
                        .isZero();
            }
        }
    }
}
