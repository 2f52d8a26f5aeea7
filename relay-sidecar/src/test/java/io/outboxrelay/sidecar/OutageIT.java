package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The broker and the database go away and come back, while the relay runs and while it starts. */
class OutageIT {
    private static final Duration BROKER_AWAY = Duration.ofSeconds(20);
    private static final Duration SAMPLE = Duration.ofMillis(250);
    /** The heap of 128 MiB, and what a JVM needs beside it. */
    private static final long RESIDENT_BYTES_MAX = 256L << 20;

    @AfterEach
    void bring_the_servers_back() {
        SharedServers.database().start();
        SharedServers.kafka().start();
    }

    @Test
    void a_broker_away_for_20_seconds_and_a_crashed_database_cost_nothing_but_time() throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Workload workload =
                Workload.everything(seed).withEventsPerSecond(1_000).withUnrelatedOpen(Duration.ofSeconds(3));
        try (Scene scene = Scene.withShop();
                OrderService shop = scene.startShop(workload)) {
            // As it is shipped: what is measured is its memory.
            RelayProcess relay = scene.startRelayWith("");
            relay.awaitLine("running: ", Scene.BOUND);
            Peak memory = new Peak(relay);
            memory.watchFor(Duration.ofSeconds(3));

            SharedServers.kafka().stop();
            memory.watchFor(BROKER_AWAY);
            relay.awaitLine("interrupted, trying again: Kafka has ", Scene.BOUND);
            SharedServers.kafka().start();
            relay.awaitLine("running again", Scene.BOUND);
            memory.watchFor(Duration.ofSeconds(2));

            SharedServers.database().crash();
            memory.watchFor(Duration.ofSeconds(2));
            SharedServers.database().start();
            CommittedHistory history = shop.stop();
            scene.awaitEmpty("outbox", relay);
            memory.watchFor(Duration.ofSeconds(1));

            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            Scene.assertSound(scene.verdict(history), 20_000, seed);
            System.out.println("resident at most " + (memory.bytes >> 20) + " MiB");
            assertThat(memory.bytes).isLessThan(RESIDENT_BYTES_MAX);
            // One line for each change, and none for each attempt.
            assertThat(relay.lines()).as("%s", relay.lines()).hasSizeLessThan(25);
        }
    }

    @Test
    void what_is_away_at_the_start_is_waited_for_and_said_once() throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                    + " SELECT gen_random_uuid(), 'order', 'k' || i % 7, 't', '{}' FROM generate_series(1, 100) i");
            SharedServers.database().stop();
            SharedServers.kafka().stop();
            RelayProcess relay = scene.startRelay();
            assertThat(relay.awaitLine("waiting: ", Scene.BOUND)).contains("refused", "->", "source.url");
            assertThat(relay.awaitLine("waiting for Kafka: ", Scene.BOUND)).contains("no broker can be reached", "->");
            // Several attempts later nothing more was said.
            assertThat(relay.endsWithin(Duration.ofSeconds(5))).isFalse();
            assertThat(relay.lines()).hasSize(4);

            SharedServers.database().start();
            SharedServers.kafka().start();
            relay.awaitLine("running: ", Scene.BOUND);
            relay.awaitLine("Kafka answers", Scene.BOUND);
            scene.awaitEmpty("outbox", relay);
            assertThat(scene.published()).hasSize(100);
        }
    }

    private static final class Peak {
        private final RelayProcess relay;
        private long bytes;

        Peak(RelayProcess relay) {
            this.relay = relay;
        }

        void watchFor(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            await().atMost(time.plusSeconds(30)).pollInterval(SAMPLE).until(() -> {
                bytes = Math.max(bytes, relay.residentBytes());
                return System.nanoTime() - end >= 0;
            });
        }
    }
}
