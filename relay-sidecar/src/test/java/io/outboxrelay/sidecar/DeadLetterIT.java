package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that can never be published stand among the dead letters, and hold nobody up, whichever way the outbox is read. */
class DeadLetterIT {
    private static final int ROWS = 160;
    private static final int KEYS = 5;

    /** Every broker refuses more than a mebibyte, and a topic may take more than that. */
    private static final String LARGE = "x".repeat(1_200_000);

    private static boolean isUnroutable(int number) {
        return number % 20 == 10;
    }

    private static boolean isTooLarge(int number) {
        return number % 80 == 20;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_ON_MYSQL_8")
    void they_stand_among_the_dead_letters_and_all_others_are_published_in_order_also_by_a_relay_that_is_killed(
            SourceUnderTest source) throws Exception {
        try (Scene scene = deadLettering(source.shop())) {
            SharedServers.kafka().createTopic(letters(scene), 1, Map.of("max.message.bytes", "4000000"));
            scene.set("route.headers.kind", "type");
            insert(scene, 1, ROWS / 2);
            RelayProcess killed = scene.startRelay();
            killed.awaitLine("is a dead letter in ", Scene.BOUND);
            killed.kill();
            insert(scene, ROWS / 2 + 1, ROWS);
            RelayProcess relay = scene.startRelay();
            awaitAll(scene, relay);

            assertThat(relay.hasSaid("failed")).isFalse();
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            assertLetters(scene);
            assertOthersInOrder(scene);
        }
    }

    @Test
    void a_type_may_halt_where_others_do_not_and_the_line_of_a_dead_letter_says_why() throws Exception {
        try (Scene scene = deadLettering(Scene.withShop())) {
            scene.set("failures.types.T20", "halt");
            insert(scene, 1, 30);
            RelayProcess relay = scene.startRelay();
            assertThat(relay.awaitLine("failed, an operator is needed: ", Scene.BOUND))
                    .contains(id(20), "max.message.bytes");
            assertThat(relay.awaitLine("is a dead letter in ", Scene.BOUND))
                    .contains(id(10), letters(scene), "no valid topic name", "correct the row");
            await().atMost(Scene.BOUND).until(() -> scene.count("outbox") == 11);
        }
    }

    @Test
    void a_dead_letter_that_its_topic_refuses_too_halts_the_relay_and_the_row_stays() throws Exception {
        try (Scene scene = deadLettering(Scene.withShop())) {
            insert(scene, 11, 30);
            RelayProcess relay = scene.startRelay();
            assertThat(relay.awaitLine("failed, an operator is needed: ", Scene.BOUND))
                    .contains(id(20), "neither can its dead letter, to " + letters(scene), "max.message.bytes");
            await().atMost(Scene.BOUND).until(() -> scene.count("outbox") == 11);
            assertThat(relay.endsWithin(Duration.ofMillis(500))).as("stays up").isFalse();
        }
    }

    @Test
    void they_can_be_listed_and_published_anew_once_what_was_wrong_is_mended(@TempDir Path directory) throws Exception {
        try (Scene scene = deadLettering(Scene.withShop())) {
            SharedServers.kafka().createTopic(letters(scene), 1, Map.of("max.message.bytes", "4000000"));
            scene.set("route.headers.kind", "type").set("outbox.columns.type", "type");
            String file = scene.settingsFile(directory).toString();
            assertThat(run("list", file)).startsWith("0 0 dead letters in ");
            insert(scene, 10, 20);
            RelayProcess relay = scene.startRelay();
            scene.awaitEmpty("outbox", relay);

            String both = run("list", file);
            assertThat(both).startsWith("0 ").contains(id(10) + "  unroutable  no topic  key=k0  ");
            assertThat(both).contains(id(20) + "  too-large  " + scene.topic("order") + "  key=k0  ", "2 dead letters");
            assertThat(run("list", file, "--type", "T10")).contains(id(10)).doesNotContain(id(20));
            assertThat(run("list", file, "--until", "2020-01-01T00:00:00Z")).contains("0 dead letters");

            assertThat(run("replay", file, "--reason", "too-large"))
                    .startsWith("1 would go to " + scene.topic("order"))
                    .contains("would publish 1 event; --yes does it");
            assertThat(run("replay", file, "--reason", "too-large", "--yes"))
                    .as("nothing is mended yet")
                    .startsWith("1 ")
                    .contains("event " + id(20), "max.message.bytes");
            takeLarger(scene.topic("order"));
            assertThat(run("replay", file, "--yes"))
                    .startsWith("1 ")
                    .contains(
                            "left: names no topic  " + id(10), "published to " + scene.topic("order") + "  " + id(20));
            assertThat(run("replay", file, "--yes", "--reason", "unroutable", "--to-topic", scene.topic("mended")))
                    .startsWith("0 ")
                    .contains("published 1 event");
            assertReplayed(scene, scene.topic("order"), 20);
            assertReplayed(scene, scene.topic("mended"), 10);
        }
    }

    private static void takeLarger(String topic) throws Exception {
        try (Admin admin = SharedServers.kafka().admin()) {
            AlterConfigOp larger =
                    new AlterConfigOp(new ConfigEntry("max.message.bytes", "4000000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(larger)))
                    .all()
                    .get();
        }
    }

    private static void assertReplayed(Scene scene, String topic, int number) {
        ConsumerRecord<byte[], byte[]> event = scene.published().stream()
                .filter(record -> record.topic().equals(topic)
                        && Scene.header(record, "id").equals(id(number)))
                .findFirst()
                .orElseThrow();
        List<String> names = new ArrayList<>();
        event.headers().forEach(header -> names.add(header.key()));
        assertThat(names).containsExactly("id", "kind", "replayed-at");
        assertThat(new String(event.key(), UTF_8)).isEqualTo("k0");
        assertThat(new String(event.value(), UTF_8)).isEqualTo(payload(number));
    }

    /** The exit status, and what was said on both streams. */
    private static String run(String command, String file, String... arguments) {
        List<String> all = new ArrayList<>(List.of("dead-letters", command, "--config", file));
        all.addAll(List.of(arguments));
        CommandRun run = CommandRun.of(all.toArray(String[]::new));
        return run.status() + " " + run.out() + run.err();
    }

    private static Scene deadLettering(Scene scene) {
        return scene.set("failures.poison", "dead-letter")
                .set("failures.deadLetterTopic", letters(scene))
                .set("kafka.compression.type", "none");
    }

    private static String letters(Scene scene) {
        return scene.topic("dead-letters");
    }

    /** Each ten of them in a transaction. */
    private static void insert(Scene scene, int from, int to) throws SQLException {
        for (int first = from; first <= to; first += 10) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES "
                    + IntStream.rangeClosed(first, Math.min(to, first + 9))
                            .mapToObj(DeadLetterIT::row)
                            .collect(Collectors.joining(", ")));
        }
    }

    private static String row(int number) {
        return "('" + id(number) + "', '" + (isUnroutable(number) ? "no/topic" : "order") + "', 'k" + number % KEYS
                + "', 'T" + number + "', '" + payload(number) + "')";
    }

    private static String payload(int number) {
        return "{\"n\": \"" + (isTooLarge(number) ? LARGE : number) + "\"}";
    }

    private static String id(int number) {
        return "00000000-0000-0000-0000-%012d".formatted(number);
    }

    private static void awaitAll(Scene scene, RelayProcess relay) {
        try {
            await().atMost(Scene.BOUND)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> seen(scene).size() == ROWS);
        } catch (RuntimeException e) {
            throw relay.failure("has published " + seen(scene).size() + " events of " + ROWS);
        }
    }

    private static Set<String> seen(Scene scene) {
        Set<String> ids = new TreeSet<>();
        scene.published().forEach(record -> ids.add(Scene.header(record, "id")));
        return ids;
    }

    private static void assertLetters(Scene scene) {
        Map<String, ConsumerRecord<byte[], byte[]>> found = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : scene.published()) {
            if (record.topic().equals(letters(scene))) {
                found.put(Scene.header(record, "id"), record);
            }
        }
        Map<String, Integer> expected = new TreeMap<>();
        for (int number = 1; number <= ROWS; number++) {
            if (isUnroutable(number) || isTooLarge(number)) {
                expected.put(id(number), number);
            }
        }
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((id, number) -> assertLetter(scene, found.get(id), number));
    }

    private static void assertLetter(Scene scene, ConsumerRecord<byte[], byte[]> letter, int number) {
        assertThat(letter.key()).isEqualTo(("k" + number % KEYS).getBytes(UTF_8));
        assertThat(new String(letter.value(), UTF_8)).isEqualTo(payload(number));
        List<String> names = new ArrayList<>();
        letter.headers().forEach(header -> names.add(header.key()));
        List<String> expected = new ArrayList<>(List.of("id", "kind", "dlq-reason", "dlq-message", "dlq-source"));
        if (isTooLarge(number)) {
            expected.add("dlq-topic");
            assertThat(Scene.header(letter, "dlq-topic")).isEqualTo(scene.topic("order"));
        }
        expected.addAll(
                List.of("dlq-event-id", "dlq-attempts", "dlq-first-failure", "dlq-last-failure", "dlq-relay-version"));
        assertThat(names).isEqualTo(expected);
        assertThat(Scene.header(letter, "kind")).isEqualTo("T" + number);
        assertThat(Scene.header(letter, "dlq-event-id")).isEqualTo(id(number));
        assertThat(Scene.header(letter, "dlq-reason")).isEqualTo(isTooLarge(number) ? "too-large" : "unroutable");
        assertThat(Scene.header(letter, "dlq-source")).endsWith("outbox");
        assertThat(Scene.header(letter, "dlq-message")).isNotEmpty();
    }

    private static void assertOthersInOrder(Scene scene) {
        Map<String, Integer> lastByKey = new HashMap<>();
        Set<Integer> published = new TreeSet<>();
        for (ConsumerRecord<byte[], byte[]> record : scene.published()) {
            if (record.topic().equals(letters(scene))) {
                continue;
            }
            int number = Integer.parseInt(Scene.header(record, "id").substring(24));
            boolean isNew = published.add(number);
            String key = new String(record.key(), UTF_8);
            assertThat(number > lastByKey.getOrDefault(key, 0) || !isNew)
                    .as("%d of %s is behind %s, or repeated", number, key, lastByKey.get(key))
                    .isTrue();
            lastByKey.merge(key, number, Math::max);
        }
        for (int number = 1; number <= ROWS; number++) {
            assertThat(published.contains(number))
                    .as("event %d", number)
                    .isEqualTo(!isUnroutable(number) && !isTooLarge(number));
        }
    }
}
