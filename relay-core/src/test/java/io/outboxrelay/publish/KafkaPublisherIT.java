package io.outboxrelay.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KafkaPublisherIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration A_WHILE = Duration.ofSeconds(90);

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void startBroker() {
        kafka = EmbeddedKafka.builder().autoCreateTopics(false).start();
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    @Test
    void publishes_every_message_as_it_is_and_in_order_per_key() {
        kafka.createTopic("exact", 6);
        Random random = new Random(4711);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            for (int i = 0; i < 50_000; i++) {
                String key = i % 100 == 99 ? null : "key-" + random.nextInt(50);
                byte[] value = i % 50 == 0 ? null : ("{\"n\": " + i + ", \"s\": \"ä😀\"}").getBytes(UTF_8);
                run.add(message("exact", i, key, value));
            }
            run.runUntil(A_WHILE, run::isEverythingPublished);

            assertThat(run.failures).isEmpty();
            assertThat(run.publisher().waitingFor()).isEmpty();
            List<ConsumerRecord<byte[], byte[]>> records = TopicReader.read(kafka.bootstrapServers(), "exact");
            assertThat(records).hasSize(50_000);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                OutboxMessage sent = run.messages.get(Integer.parseInt(TopicReader.id(record)));
                assertThat(record.key()).isEqualTo(sent.key());
                assertThat(record.value()).isEqualTo(sent.value());
                List<Header> headers = new ArrayList<>();
                record.headers().forEach(header -> headers.add(new Header(header.key(), header.value())));
                assertThat(headers).usingRecursiveComparison().isEqualTo(sent.headers());
            }
            assertOrderedPerKey(records);
        }
    }

    @Test
    void a_broker_that_is_away_for_20_seconds_costs_nothing_but_time() {
        try (EmbeddedKafka own = EmbeddedKafka.started();
                PublishRun run = new PublishRun(settings(own))) {
            Thread outage = new Thread(() -> {
                own.stop();
                pause(Duration.ofSeconds(20));
                own.start();
            });
            long begin = System.nanoTime();
            boolean stopped = false;
            boolean said = false;
            while (run.messages.size() < 30_000) {
                IntStream.range(0, 10).forEach(i -> run.add(numbered("outage", run.messages.size())));
                run.runOnce();
                if (!stopped && run.published() > 1_000) {
                    stopped = true;
                    begin = System.nanoTime();
                    outage.start();
                }
                said |= run.publisher()
                        .waitingFor()
                        .orElse("")
                        .startsWith("no broker can be reached at " + own.bootstrapServers());
                if (stopped
                        && System.nanoTime() - begin < Duration.ofSeconds(25).toNanos()) {
                    LockSupport.parkNanos(5_000_000);
                }
            }
            run.runUntil(A_WHILE, run::isEverythingPublished);

            assertThat(stopped).isTrue();
            assertThat(said).as("said that no broker can be reached").isTrue();
            assertThat(run.failures).isEmpty();
            List<ConsumerRecord<byte[], byte[]>> records = TopicReader.read(own.bootstrapServers(), "outage");
            assertThat(records).as("neither lost nor repeated").hasSize(run.messages.size());
            assertOrderedPerKey(records);
        }
    }

    @Test
    void a_message_too_large_for_the_broker_stops_its_successors_before_they_are_sent() {
        kafka.createTopic("large", 1);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            byte[] large = new byte[3_000_000];
            ThreadLocalRandom.current().nextBytes(large);
            run.add(message("large", 0, "k", bytes("before")));
            run.add(message("large", 1, "k", large));
            run.add(message("large", 2, "k", bytes("behind")));
            run.runUntil(SOON, run::isEverythingPublishedUpToARefusedOne);
            letPass(run, Duration.ofMillis(1_500));

            assertThat(run.refused).containsExactly(1L);
            assertThat(run.publisher().waitingFor())
                    .as("it waits for people, not for Kafka")
                    .isEmpty();
            assertThat(run.failures)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.summary())
                            .contains("RecordTooLarge")
                            .contains("max.message.bytes"));
            assertThat(TopicReader.ids(kafka.bootstrapServers(), "large")).containsExactly("0");
        }
    }

    @Test
    void a_refused_message_does_not_keep_others_from_being_published() {
        kafka.createTopic("others", 6);
        for (int round = 0; round < 5; round++) {
            kafka.createTopic("refusing-" + round, 1);
            try (PublishRun run = new PublishRun(settings(kafka))) {
                byte[] large = new byte[1_200_000];
                ThreadLocalRandom.current().nextBytes(large);
                IntStream.range(0, 10_000).forEach(i -> run.add(numbered("others", i)));
                run.runUntil(SOON, () -> run.published() > 0);
                run.add(message("refusing-" + round, 10_000, "k", large));
                IntStream.range(10_001, 15_000).forEach(i -> run.add(numbered("others", i)));
                run.runUntil(
                        SOON, () -> run.isEverythingPublishedUpToARefusedOne() && run.published() == run.sent() - 1);

                assertThat(run.refused).containsExactly(10_000L);
                assertThat(run.failures).hasSize(1);
            }
        }
    }

    @Test
    void a_large_message_that_compresses_well_passes_and_keeps_its_place() {
        kafka.createTopic("compressible", 1);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            for (int i = 0; i < 30; i++) {
                run.add(message("compressible", i, "k", i % 5 == 2 ? new byte[2_000_000] : bytes("small")));
            }
            run.runUntil(SOON, run::isEverythingPublished);

            assertThat(run.failures).isEmpty();
            assertThat(TopicReader.ids(kafka.bootstrapServers(), "compressible"))
                    .containsExactlyElementsOf(numbers(0, 30));
        }
    }

    @Test
    void in_a_refused_batch_only_the_guilty_message_is_poison() {
        kafka.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        try (PublishRun run = new PublishRun(settings(kafka))) {
            for (int i = 0; i < 20; i++) {
                run.add(message("compacted", i, i == 13 ? null : "k" + i % 3, bytes("v")));
            }
            run.runUntil(SOON, run::isEverythingPublishedUpToARefusedOne);
            letPass(run, Duration.ofMillis(500));

            assertThat(run.refused).containsExactly(13L);
            assertThat(run.failures)
                    .extracting(Failure::kind)
                    .containsExactly(FailureKind.TRANSIENT, FailureKind.POISON);
            assertThat(run.failures.get(1).summary()).contains("compact");
            assertThat(TopicReader.ids(kafka.bootstrapServers(), "compacted"))
                    .containsExactlyElementsOf(numbers(0, 13));
        }
    }

    @Test
    void a_limit_below_the_certain_size_is_found_out_one_by_one() {
        kafka.createTopic("narrow", 1, Map.of("max.message.bytes", "20000"));
        try (PublishRun run = new PublishRun(settings(kafka))) {
            byte[] large = new byte[50_000];
            ThreadLocalRandom.current().nextBytes(large);
            for (int i = 0; i < 2_000; i++) {
                run.add(message("narrow", i, "k", i == 1_500 ? large : bytes("a small value " + i)));
            }
            run.runUntil(A_WHILE, run::isEverythingPublishedUpToARefusedOne);

            assertThat(run.refused).containsExactly(1_500L);
            assertThat(TopicReader.ids(kafka.bootstrapServers(), "narrow"))
                    .containsAll(numbers(0, 1_500))
                    .doesNotContain("1500");
        }
    }

    @Test
    void an_unknown_topic_holds_its_own_messages_and_nobody_elses() {
        kafka.createTopic("known", 3);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            for (int i = 0; i < 4_000; i++) {
                run.add(numbered(i % 2 == 0 ? "late" : "known", i));
            }
            run.runUntil(
                    SOON,
                    () -> run.published() == 2_000
                            && run.publisher().waitingFor().isPresent());
            assertThat(run.floor()).isZero();
            assertThat(run.publisher().waitingFor())
                    .hasValueSatisfying(words -> assertThat(words)
                            .contains("topic late is not known to the brokers at " + kafka.bootstrapServers())
                            .contains("2000 messages held"));

            kafka.createTopic("late", 3);
            run.runUntil(SOON, run::isEverythingPublished);

            assertThat(run.failures).isEmpty();
            List<ConsumerRecord<byte[], byte[]>> records = TopicReader.read(kafka.bootstrapServers(), "late");
            assertThat(records).hasSize(2_000);
            assertOrderedPerKey(records);
        }
    }

    @Test
    void without_any_broker_nothing_blocks_and_the_reason_is_said() {
        PublisherSettings nowhere = PublisherSettings.of(Map.of("bootstrap.servers", "127.0.0.1:1"), 1);
        try (PublishRun run = new PublishRun(nowhere)) {
            for (int i = 0; i < 10_000; i++) {
                run.add(numbered("topic-" + i % 100, i));
            }
            run.runUntil(SOON, () -> run.publisher().waitingFor().isPresent());

            assertThat(run.publisher().waitingFor())
                    .hasValue("no broker can be reached at 127.0.0.1:1: 10000 messages waiting");
            assertThat(run.failures).isEmpty();
            assertThat(Duration.ofNanos(run.slowestSendNanos)).isLessThan(Duration.ofMillis(300));
            long begin = System.nanoTime();
            run.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(300));
        }
    }

    @Test
    void a_producer_without_room_makes_everybody_wait_in_order() {
        kafka.createTopic("wide", 40);
        Map<String, String> little = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "buffer.memory",
                "600000",
                "batch.size",
                "100000",
                "max.request.size",
                "500000");
        try (PublishRun run = new PublishRun(PublisherSettings.of(little, 1))) {
            for (int i = 0; i < 5_000; i++) {
                run.add(message("wide", i, "key-" + i % 100, new byte[i % 500 == 0 ? 300_000 : 100]));
            }
            run.runUntil(A_WHILE, run::isEverythingPublished);

            assertThat(run.failures).isEmpty();
            List<ConsumerRecord<byte[], byte[]>> records = TopicReader.read(kafka.bootstrapServers(), "wide");
            assertThat(records).hasSize(5_000);
            assertOrderedPerKey(records);
        }
    }

    @Test
    void wrong_credentials_are_transient_and_come_with_a_remedy() {
        PublisherSettings wrong = PublisherSettings.of(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";"),
                1);
        try (PublishRun run = new PublishRun(wrong)) {
            run.add(numbered("any", 0));
            run.runUntil(SOON, () -> !run.failures.isEmpty());

            assertThat(run.failures.get(0).kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(run.failures.get(0).summary()).contains("kafka.sasl");
        }
    }

    @Test
    void a_host_that_does_not_resolve_is_waited_for_and_a_missing_file_is_a_mistake() {
        KafkaPublishers unresolvable =
                new KafkaPublishers(PublisherSettings.of(Map.of("bootstrap.servers", "no-such-host.invalid:9092"), 1));
        assertThatThrownBy(() -> unresolvable.open(() -> {}))
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT))
                .hasMessageContaining("no-such-host.invalid:9092");

        KafkaPublishers missing = new KafkaPublishers(PublisherSettings.of(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "security.protocol",
                        "SSL",
                        "ssl.truststore.location",
                        "/no/such.jks"),
                1));
        assertThatThrownBy(() -> missing.open(() -> {}))
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED))
                .hasMessageContaining("/no/such.jks");
    }

    @Test
    void nothing_goes_out_before_the_previous_producer_has_ended() {
        kafka.createTopic("handover", 1);
        AtomicBoolean ended = new AtomicBoolean();
        List<Long> published = new ArrayList<>();
        Outcomes outcomes = new Outcomes() {
            @Override
            public void published(long number) {
                published.add(number);
            }

            @Override
            public void failed(long number, Failure failure) {
                throw new AssertionError(failure);
            }
        };
        try (KafkaPublisher publisher =
                new KafkaPublisher(settings(kafka), () -> {}, new CarefulTopics(), ended::get)) {
            publisher.send(7, numbered("handover", 7));
            await().during(Duration.ofMillis(500))
                    .atMost(SOON)
                    .until(() -> publisher.drain(outcomes, System.nanoTime()) == 0);
            assertThat(publisher.waitingFor()).hasValue("the previous Kafka producer has not ended yet");

            ended.set(true);
            await().atMost(SOON).until(() -> publisher.drain(outcomes, System.nanoTime()) == 1);
            assertThat(published).containsExactly(7L);
        }
    }

    @Test
    void after_close_no_outcome_is_delivered() {
        kafka.createTopic("closed", 1);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            run.add(numbered("closed", 0));
            run.runUntil(SOON, run::isEverythingPublished);
            IntStream.range(1, 5_000).forEach(i -> run.add(numbered("closed", i)));
            run.runOnce();
            run.publisher().close();
            int published = run.published();
            letPass(run, Duration.ofMillis(300));

            assertThat(run.published()).isEqualTo(published);
            assertThat(run.failures).isEmpty();
        }
    }

    private static PublisherSettings settings(EmbeddedKafka kafka) {
        return PublisherSettings.of(Map.of("bootstrap.servers", kafka.bootstrapServers()), 32L * 1024 * 1024);
    }

    private static OutboxMessage numbered(String topic, int number) {
        return message(topic, number, "key-" + number % 20, bytes("value " + number));
    }

    private static OutboxMessage message(String topic, int number, @Nullable String key, byte @Nullable [] value) {
        String id = Integer.toString(number);
        return new OutboxMessage(
                id,
                topic,
                key == null ? null : bytes(key),
                value,
                List.of(new Header("id", bytes(id)), new Header("type", bytes("Ünï"))));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static void letPass(PublishRun run, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        run.runUntil(time.plusSeconds(10), () -> System.nanoTime() > end);
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private static void assertOrderedPerKey(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Integer> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() == null) {
                continue;
            }
            int number = Integer.parseInt(TopicReader.id(record));
            Integer before = last.put(new String(record.key(), UTF_8), number);
            assertThat(number)
                    .as("message behind %s of the same key", before)
                    .isGreaterThan(before == null ? -1 : before);
        }
    }
}
