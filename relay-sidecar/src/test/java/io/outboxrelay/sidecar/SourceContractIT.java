package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every way to read an outbox keeps, as the packaged relay does it. */
class SourceContractIT {
    private static final int WINDOW_RECORDS_MAX = 1_000;
    private static final int KILLS = 3;
    private static final String WRITTEN = "{\"b\": [1.50, null], \"a\": \"\u20ac\"}";
    private static final String POISON = "00000000-0000-0000-0000-00000000dead";

    @ParameterizedTest
    @EnumSource
    void what_commits_arrives_once_and_in_order_and_clean_stops_under_load_repeat_nothing(SourceUnderTest source)
            throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        try (Scene scene = source.shop();
                OrderService shop = scene.startShop(workload(seed))) {
            for (int stop = 0; stop < 2; stop++) {
                RelayProcess relay = scene.startRunningRelay();
                assertThat(relay.endsWithin(Duration.ofMillis(300 + random.nextLong(700))))
                        .isFalse();
                relay.terminate();
                assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            }
            RelayProcess last = scene.startRelay();
            CommittedHistory history = shop.stop();
            scene.awaitPublished(history, last);
            last.terminate();
            assertThat(last.awaitExit(Scene.BOUND)).as("%s", last.lines()).isZero();
            Scene.assertSound(scene.verdict(history), 0, seed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void kills_at_random_points_lose_nothing_and_repeat_no_more_than_the_window_each(SourceUnderTest source)
            throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        try (Scene scene = source.shop().set("window.recordsMax", Integer.toString(WINDOW_RECORDS_MAX));
                OrderService shop = scene.startShop(workload(seed))) {
            for (int kill = 1; kill <= KILLS; kill++) {
                RelayProcess relay = scene.startRelay();
                if (kill < KILLS) { // one dies while it starts
                    relay.awaitLine("running: ", Scene.BOUND);
                }
                boolean ended = relay.endsWithin(Duration.ofMillis(random.nextLong(700)));
                assertThat(ended).as("ended by itself: %s", relay.lines()).isFalse();
                relay.kill();
            }
            RelayProcess survivor = scene.startRelay();
            CommittedHistory history = shop.stop();
            scene.awaitPublished(history, survivor);
            Scene.assertSound(scene.verdict(history), source.repeatedMax(KILLS, WINDOW_RECORDS_MAX), seed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_lone_event_of_a_transaction_of_its_own_is_not_repeated_after_a_clean_stop(SourceUnderTest source)
            throws Exception {
        try (Scene scene = source.shop()) {
            for (int number = 1; number <= 2; number++) {
                RelayProcess relay = scene.startRunningRelay();
                insert(scene, number, "order");
                int published = number;
                await().atMost(Scene.BOUND).until(() -> scene.published().size() >= published);
                relay.terminate();
                assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            }
            assertThat(ids(scene)).containsExactly(id(1), id(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void at_a_row_that_can_never_be_published_it_halts_with_all_before_it_published_and_nothing_behind(
            SourceUnderTest source) throws Exception {
        try (Scene scene = source.shop()) {
            insert(scene, 1, "order");
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES ('" + POISON
                    + "', 'no/topic', 'k', 'T', '{}')");
            insert(scene, 2, "order");
            RelayProcess relay = scene.startRelay("--exit-on-failure");
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
            assertThat(relay.lines().toString()).contains("failed, an operator is needed: ", POISON, "->");
            assertThat(ids(scene)).containsExactly(id(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_second_relay_stands_by_and_takes_over(SourceUnderTest source) throws Exception {
        try (Scene scene = source.shop()) {
            RelayProcess first = scene.startRunningRelay();
            RelayProcess second = scene.startRelay();
            second.awaitLine(source.standsBy(), Scene.BOUND);
            assertThat(second.hasSaid("running")).isFalse();
            first.kill();
            second.awaitLine("running", Scene.BOUND);
            insert(scene, 1, "order");
            await().atMost(Scene.BOUND).until(() -> ids(scene).equals(List.of(id(1))));
        }
    }

    @ParameterizedTest
    @EnumSource
    void key_payload_and_headers_are_the_rows_own(SourceUnderTest source) throws Exception {
        try (Scene scene = source.shop().set("route.headers.eventType", "type")) {
            scene.startRunningRelay();
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES ('" + id(1)
                    + "', 'order', 'K\u00e4se', 'OrderPaid', '" + WRITTEN + "'), ('" + id(2)
                    + "', 'order', 'K\u00e4se', 'OrderGone', NULL)");
            await().atMost(Scene.BOUND).until(() -> scene.published().size() == 2);
            List<ConsumerRecord<byte[], byte[]>> records = scene.published();
            assertThat(records)
                    .allSatisfy(record -> assertThat(text(record.key())).isEqualTo("K\u00e4se"))
                    .extracting(record -> Scene.header(record, "eventType"))
                    .containsExactly("OrderPaid", "OrderGone");
            assertThat(text(records.get(0).value()))
                    .isEqualTo(source.published(WRITTEN, "{\"a\": \"\u20ac\", \"b\": [1.50, null]}"));
            assertThat(records.get(1).value()).as("a tombstone").isNull();
        }
    }

    private static Workload workload(long seed) {
        return Workload.everything(seed).withEventsPerSecond(800).withUnrelatedOpen(Duration.ofSeconds(2));
    }

    private static void insert(Scene scene, int number, String type) throws Exception {
        scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES ('" + id(number)
                + "', '" + type + "', 'k', 'T', '{}')");
    }

    private static String id(int number) {
        return "00000000-0000-0000-0000-%012d".formatted(number);
    }

    private static List<String> ids(Scene scene) {
        return scene.published().stream()
                .map(record -> Scene.header(record, "id"))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
