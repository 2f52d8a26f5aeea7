package io.outboxrelay.publish;

import static io.outboxrelay.publish.PublishScene.assertOrderedPerKey;
import static io.outboxrelay.publish.PublishScene.bytes;
import static io.outboxrelay.publish.PublishScene.letPass;
import static io.outboxrelay.publish.PublishScene.message;
import static io.outboxrelay.publish.PublishScene.numbered;
import static io.outboxrelay.publish.PublishScene.numbers;
import static io.outboxrelay.publish.PublishScene.settings;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What arrives at a real broker, and what becomes of a message that it refuses. */
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
            List<ConsumerRecord<byte[], byte[]>> records = PublishScene.read(kafka.bootstrapServers(), "exact");
            assertThat(records).hasSize(50_000);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                OutboxMessage sent = run.messages.get(Integer.parseInt(PublishScene.id(record)));
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
            assertThat(PublishScene.ids(kafka.bootstrapServers(), "large")).containsExactly("0");
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
            assertThat(PublishScene.ids(kafka.bootstrapServers(), "compressible"))
                    .containsExactlyElementsOf(numbers(0, 30));
        }
    }

    @Test
    void where_those_behind_a_refused_message_may_pass_they_do_in_order_also_in_its_own_topic() {
        kafka.createTopic("passing", 1);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            run.passesRefused = true;
            byte[] large = new byte[1_200_000];
            ThreadLocalRandom.current().nextBytes(large);
            for (int i = 0; i < 1_500; i++) {
                run.add(message("passing", i, "k", i % 500 == 250 ? large : bytes("small")));
            }
            run.runUntil(A_WHILE, run::isEverythingPublished);

            assertThat(run.refused).containsExactlyInAnyOrder(250L, 750L, 1_250L);
            List<String> others = new ArrayList<>(numbers(0, 1_500));
            others.removeAll(List.of("250", "750", "1250"));
            assertThat(PublishScene.ids(kafka.bootstrapServers(), "passing")).containsExactlyElementsOf(others);
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
            assertThat(PublishScene.ids(kafka.bootstrapServers(), "compacted"))
                    .containsExactlyElementsOf(numbers(0, 13));
        }
    }

    @Test
    void the_guilty_message_is_found_while_an_older_one_of_another_topic_still_waits() {
        kafka.createTopic("behind", 1, Map.of("cleanup.policy", "compact"));
        try (PublishRun run = new PublishRun(settings(kafka))) {
            run.add(numbered("absent", 0));
            IntStream.range(1, 201).forEach(i -> run.add(numbered("behind", i)));
            run.runUntil(SOON, () -> run.published() == 200);
            IntStream.range(201, 221).forEach(i -> run.add(message("behind", i, i == 213 ? null : "k", bytes("v"))));
            run.runUntil(SOON, () -> !run.refused.isEmpty());

            assertThat(run.refused).containsExactly(213L);
            assertThat(run.failures).as("one round to find it, one to know it").hasSize(2);
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
            assertThat(PublishScene.ids(kafka.bootstrapServers(), "narrow"))
                    .containsAll(numbers(0, 1_500))
                    .doesNotContain("1500");
        }
    }
}
