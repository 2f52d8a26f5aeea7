package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.sidecar.ManagementIT.Served;
import io.outboxrelay.sidecar.metrics.Exposition;
import io.outboxrelay.testkit.RelayProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the packaged relay measures is right when all goes well, and when nothing goes on at all. */
class MetricsIT {

    private static final String PIPELINE = "pipeline";
    private static final int ROWS = 50;

    @AfterEach
    void bring_the_broker_back() {
        SharedServers.kafka().start();
    }

    @Test
    void while_the_broker_is_away_the_oldest_row_waits_ever_longer_and_afterwards_none_does() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.startRunningRelay();
            Served served = Served.by(relay);
            insert(scene, "order", ROWS);
            await().atMost(Scene.BOUND).until(() -> value(served, "outbox_relay_settled_total") == ROWS);
            Exposition before = scrape(served);
            assertThat(before.value("outbox_relay_published_total", PIPELINE, "default"))
                    .isEqualTo(ROWS);
            assertThat(before.value("outbox_relay_oldest_pending_seconds", PIPELINE, "default"))
                    .isZero();
            assertThat(before.value("outbox_relay_pending", PIPELINE, "default"))
                    .isZero();
            assertThat(before.value("outbox_relay_leader", PIPELINE, "default")).isEqualTo(1);
            assertThat(before.value("outbox_relay_end_to_end_exact", PIPELINE, "default"))
                    .isEqualTo(1);
            assertThat(before.value("outbox_relay_end_to_end_seconds_count", PIPELINE, "default"))
                    .isEqualTo(ROWS);
            assertThat(before.value("outbox_relay_end_to_end_seconds_bucket", PIPELINE, "default", "le", "+Inf"))
                    .isEqualTo(ROWS);
            assertThat(before.samples()
                            .filter(sample -> sample.name().equals("kafka_producer_record_send_total"))
                            .filter(sample -> "default".equals(sample.labels().get(PIPELINE))))
                    .isNotEmpty();

            SharedServers.kafka().stop();
            insert(scene, "order", 1);
            double[] last = {0};
            for (int seconds = 2; seconds <= 8; seconds += 2) {
                int atLeast = seconds;
                await().atMost(Scene.BOUND)
                        .until(() -> value(served, "outbox_relay_oldest_pending_seconds") >= atLeast);
                double now = value(served, "outbox_relay_oldest_pending_seconds");
                assertThat(now).isGreaterThan(last[0]);
                last[0] = now;
            }
            await().atMost(Scene.BOUND)
                    .until(() ->
                            scrape(served).value("outbox_relay_retries_total", "kind", "transient", PIPELINE, "default")
                                    > 0);
            assertThat(value(served, "outbox_relay_pending")).isEqualTo(1);

            SharedServers.kafka().start();
            await().atMost(Scene.BOUND).until(() -> value(served, "outbox_relay_oldest_pending_seconds") == 0);
            assertThat(value(served, "outbox_relay_settled_total")).isEqualTo(ROWS + 1);
            assertThat(value(served, "outbox_relay_end_to_end_seconds_sum"))
                    .as("what waited for the broker took as long")
                    .isGreaterThan(last[0]);
        }
    }

    @Test
    void a_row_that_halts_the_relay_is_seen_waiting_also_by_one_that_stands_by() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.startRunningRelay();
            Served halted = Served.by(relay);
            RelayProcess other = scene.startRelay();
            other.awaitLine("standing by: ", Scene.BOUND);
            Served standingBy = Served.by(other);
            insert(scene, "not a topic!", 1);
            relay.awaitLine("failed, an operator is needed: ", Scene.BOUND);
            for (Served served : new Served[] {halted, standingBy}) {
                await().atMost(Scene.BOUND).until(() -> value(served, "outbox_relay_oldest_pending_seconds") > 5);
                assertThat(value(served, "outbox_relay_pending")).isEqualTo(1);
            }
            assertThat(scrape(halted).value("outbox_relay_state", PIPELINE, "default", "state", "failed"))
                    .isEqualTo(1);
            assertThat(scrape(standingBy).value("outbox_relay_state", PIPELINE, "default", "state", "standby"))
                    .isEqualTo(1);
            assertThat(value(standingBy, "outbox_relay_leader")).isZero();

            scene.execute("DELETE FROM outbox");
            await().atMost(Scene.BOUND).until(() -> value(standingBy, "outbox_relay_oldest_pending_seconds") == 0);
        }
    }

    private static Exposition scrape(Served served) throws Exception {
        return Exposition.parse(served.body("/metrics"));
    }

    private static double value(Served served, String name) throws Exception {
        return scrape(served).value(name, PIPELINE, "default");
    }

    private static void insert(Scene scene, String type, int rows) throws Exception {
        scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                + " SELECT gen_random_uuid(), '" + type + "', 'k', 't', '{}' FROM generate_series(1, " + rows + ")");
    }
}
