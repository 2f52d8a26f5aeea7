package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** A row that can never be published stops the relay before it; once it is mended everything flows. */
class PoisonIT {
    private static final String POISON = "00000000-0000-0000-0000-00000000dead";
    private static final String POISON_KEY = "k1";
    private static final int BEFORE = 200;
    private static final int AFTER = 100;

    @Test
    void a_row_that_cannot_be_routed_halts_the_relay_until_it_is_corrected() throws Exception {
        try (Scene scene = Scene.withShop()) {
            insert(scene, 1, BEFORE, "order");
            insertPoison(scene, "not a topic!", "{}");
            insert(scene, BEFORE + 2, AFTER, "order");

            RelayProcess relay = scene.startRelay();
            assertThat(relay.awaitLine("failed, an operator is needed: ", Scene.BOUND))
                    .contains(POISON, "no valid topic name", "->");
            assertHaltedBefore(scene, relay);

            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
            scene.execute("UPDATE outbox SET aggregatetype = 'order' WHERE id = '" + POISON + "'");
            assertEverythingFlows(scene, BEFORE + 1 + AFTER);
        }
    }

    @Test
    void a_row_that_the_broker_refuses_halts_the_relay_until_it_is_deleted() throws Exception {
        try (Scene scene = Scene.withShop()) {
            // More than any broker takes by default; the relay sends what is so large alone, so nothing can overtake
            // it.
            scene.set("kafka.compression.type", "none");
            insert(scene, 1, BEFORE, "order");
            insertPoison(
                    scene,
                    "order",
                    "{\"x\": \"' || (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 40000) i) || '\"}");
            insert(scene, BEFORE + 2, AFTER, "order");

            RelayProcess relay = scene.startRelay();
            assertThat(relay.awaitLine("failed, an operator is needed: ", Scene.BOUND))
                    .contains(POISON, "RecordTooLarge", "max.message.bytes", "->");
            assertHaltedBefore(scene, relay);

            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
            scene.execute("DELETE FROM outbox WHERE id = '" + POISON + "'");
            assertEverythingFlows(scene, BEFORE + AFTER);
        }
    }

    @Test
    void with_exit_on_failure_it_ends_with_1_after_it_has_finished_what_came_before() throws Exception {
        try (Scene scene = Scene.withShop()) {
            insert(scene, 1, BEFORE, "order");
            insertPoison(scene, "a/b", "{}");
            RelayProcess relay = scene.startRelay("--exit-on-failure");
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
            assertThat(relay.hasSaid(POISON)).isTrue();
            assertThat(scene.count("outbox")).isEqualTo(1);
        }
    }

    private static void assertHaltedBefore(Scene scene, RelayProcess relay) {
        await().atMost(Scene.BOUND).until(() -> scene.count("outbox") == 1 + AFTER);
        assertThat(relay.endsWithin(Duration.ofSeconds(1))).as("stays up").isFalse();
        List<ConsumerRecord<byte[], byte[]>> published = scene.published();
        assertThat(published.stream()
                        .map(PoisonIT::numberOf)
                        .filter(n -> n <= BEFORE)
                        .distinct())
                .as("everything before it")
                .hasSize(BEFORE);
        // Of other keys some may have been on their way already; they are published again once the row is mended.
        assertThat(published.stream()
                        .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(POISON_KEY))
                        .map(PoisonIT::numberOf)
                        .filter(n -> n > BEFORE))
                .as("of its own key, what comes after it")
                .isEmpty();
    }

    private static void assertEverythingFlows(Scene scene, int count) {
        RelayProcess relay = scene.startRelay();
        scene.awaitEmpty("outbox", relay);
        assertThat(scene.published().stream()
                        .map(record -> Scene.header(record, "id"))
                        .distinct())
                .hasSize(count);
    }

    private static int numberOf(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8).replaceAll("\\D+", ""));
    }

    private static void insert(Scene scene, int from, int count, String type) throws Exception {
        scene.execute(
                "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) SELECT gen_random_uuid(), '" + type
                        + "', 'k' || i % 5, 't', jsonb_build_object('n', i) FROM generate_series(" + from + ", "
                        + (from + count - 1)
                        + ") i");
    }

    private static void insertPoison(Scene scene, String type, String payload) throws Exception {
        scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES ('" + POISON + "', '"
                + type + "', '" + POISON_KEY + "', 't', ('" + payload + "')::jsonb)");
    }
}
