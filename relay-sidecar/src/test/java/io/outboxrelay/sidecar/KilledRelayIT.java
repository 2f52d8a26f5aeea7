package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The relay's process ends under load, kindly and unkindly, and is started again at once. */
class KilledRelayIT {
    private static final int WINDOW_RECORDS_MAX = 2_000;
    private static final int CLEAN_STOPS = 3;

    /** By commit timestamp, events are inserted before their aggregate is locked. */
    @ParameterizedTest
    @CsvSource({"sequence, delete, 5", "sequence, archive, 5", "sequence, keep, 10", "commit-timestamp, delete, 8"})
    void kills_at_random_points_lose_nothing_and_repeat_no_more_than_the_window_each(
            String order, String retention, int kills) throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        // Faster than the relay has time for between two kills: it begins each life with a backlog, and with a full
        // window.
        Workload lockFirst = Workload.everything(seed)
                .withWriters(6)
                .withEventsPerSecond(1_000)
                .withUnrelatedOpen(Duration.ofSeconds(3));
        Workload workload = order.equals("sequence") ? lockFirst : lockFirst.withInsertsFirst();
        try (Scene scene = Scene.withShop();
                OrderService shop = scene.set("window.recordsMax", Integer.toString(WINDOW_RECORDS_MAX))
                        .set("outbox.order", order)
                        .retaining(retention)
                        .startShop(workload)) {
            for (int kill = 1; kill <= kills; kill++) {
                RelayProcess relay = scene.startRelay();
                if (kill % 5 != 0) { // every fifth dies while it starts
                    relay.awaitLine("running: ", Scene.BOUND);
                }
                boolean ended = relay.endsWithin(Duration.ofMillis(random.nextLong(700)));
                assertThat(ended).as("ended by itself: %s", relay.lines()).isFalse();
                relay.kill();
            }
            RelayProcess survivor = scene.startRelay();
            CommittedHistory history = shop.stop();
            scene.awaitEmpty(scene.unpublished(), survivor);

            assertThat(history.committedCount()).isGreaterThan(kills * 100);
            Scene.assertSound(scene.verdict(history), (long) kills * WINDOW_RECORDS_MAX, seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "keep"})
    void a_clean_stop_under_load_ends_with_0_and_repeats_nothing(String retention) throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Workload workload =
                Workload.everything(seed).withEventsPerSecond(1_000).withUnrelatedOpen(Duration.ofSeconds(3));
        try (Scene scene = Scene.withShop();
                OrderService shop = scene.retaining(retention).startShop(workload)) {
            for (int stop = 1; stop <= CLEAN_STOPS; stop++) {
                RelayProcess relay = scene.startRunningRelay();
                assertThat(relay.endsWithin(Duration.ofMillis(300 + random.nextLong(700))))
                        .isFalse();
                if (stop % 2 == 0) {
                    relay.interrupt();
                } else {
                    relay.terminate();
                }
                assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            }
            RelayProcess last = scene.startRelay();
            CommittedHistory history = shop.stop();
            scene.awaitEmpty(scene.unpublished(), last);
            last.terminate();
            assertThat(last.awaitExit(Scene.BOUND)).isZero();

            Scene.assertSound(scene.verdict(history), 0, seed);
        }
    }
}
