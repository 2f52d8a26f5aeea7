package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.sidecar.ManagementIT.Served;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The broker and the database go away and come back, while the relay runs and while it starts. */
class OutageIT {
    /** CI asks for a minute. Where nobody does, it is shorter: all of it is waited for. */
    private static final Duration BROKER_AWAY =
            Duration.ofSeconds(Integer.getInteger("outboxrelay.brokerAwaySeconds", 20));

    /** The relay notices within 5 s; the machine may be busy. */
    private static final Duration NOTICED = Duration.ofSeconds(10);

    private static final Duration SAMPLE = Duration.ofMillis(250);
    /** The heap of 128 MiB, and what a JVM needs beside it. */
    private static final long RESIDENT_BYTES_MAX = 256L << 20;

    @AfterEach
    void bring_the_servers_back() {
        SharedServers.database().start();
        SharedServers.kafka().start();
    }

    @Test
    void a_broker_away_for_a_minute_and_a_crashed_database_cost_nothing_but_time_and_probes_and_metrics_tell_of_it()
            throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Workload workload =
                Workload.everything(seed).withEventsPerSecond(1_000).withUnrelatedOpen(Duration.ofSeconds(3));
        try (Scene scene = Scene.withShop();
                OrderService shop = scene.startShop(workload)) {
            // As it is shipped: what is measured is its memory.
            RelayProcess relay = scene.startRelayWith("");
            relay.awaitLine("running: ", Scene.BOUND);
            Served served = Served.by(relay);
            Peak memory = new Peak(relay, served);
            memory.watchFor(Duration.ofSeconds(3));

            assertThat(served.status("/health/ready")).isEqualTo(200);
            SharedServers.kafka().stop();
            memory.watchFor(NOTICED);
            double oldest = served.oldestPendingSeconds();
            assertThat(served.status("/health/ready")).isEqualTo(503);
            memory.watchFor(BROKER_AWAY.minus(NOTICED));
            assertThat(served.status("/health/ready")).isEqualTo(503);
            assertThat(served.oldestPendingSeconds() - oldest)
                    .isBetween(BROKER_AWAY.minus(NOTICED).toSeconds() - 5.0, BROKER_AWAY.toSeconds() + 30.0);
            relay.awaitLine("interrupted, trying again: Kafka has ", Scene.BOUND);
            SharedServers.kafka().start();
            relay.awaitLine("running again", Scene.BOUND);
            await().atMost(Scene.BOUND).until(() -> served.status("/health/ready") == 200);
            memory.watchFor(Duration.ofSeconds(2));

            SharedServers.database().crash();
            memory.watchFor(Duration.ofSeconds(2));
            SharedServers.database().start();
            CommittedHistory history = shop.stop();
            scene.awaitEmpty("outbox", relay);
            await().atMost(Scene.BOUND).until(() -> served.oldestPendingSeconds() == 0);
            assertThat(served.status("/health/ready")).isEqualTo(200);
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

    /** The most memory that it took, each time that it was looked at; and that it was alive each time. */
    private static final class Peak {
        private final RelayProcess relay;
        private final Served served;
        private long bytes;

        Peak(RelayProcess relay, Served served) {
            this.relay = relay;
            this.served = served;
        }

        void watchFor(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            await().atMost(time.plusSeconds(30)).pollInterval(SAMPLE).until(() -> {
                bytes = Math.max(bytes, relay.residentBytes());
                assertThat(served.status("/health/live")).isEqualTo(200);
                return System.nanoTime() - end >= 0;
            });
        }
    }
}
