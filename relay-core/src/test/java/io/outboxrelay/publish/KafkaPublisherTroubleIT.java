package io.outboxrelay.publish;

import static io.outboxrelay.publish.PublishScene.assertOrderedPerKey;
import static io.outboxrelay.publish.PublishScene.letPass;
import static io.outboxrelay.publish.PublishScene.message;
import static io.outboxrelay.publish.PublishScene.numbered;
import static io.outboxrelay.publish.PublishScene.numbers;
import static io.outboxrelay.publish.PublishScene.pause;
import static io.outboxrelay.publish.PublishScene.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the publisher makes of brokers, topics and settings that are not as they should be. */
class KafkaPublisherTroubleIT {

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
            List<ConsumerRecord<byte[], byte[]>> records = PublishScene.read(own.bootstrapServers(), "outage");
            assertThat(records).as("neither lost nor repeated").hasSize(run.messages.size());
            assertOrderedPerKey(records);
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
            List<ConsumerRecord<byte[], byte[]>> records = PublishScene.read(kafka.bootstrapServers(), "late");
            assertThat(records).hasSize(2_000);
            assertOrderedPerKey(records);
        }
    }

    @Test
    void a_topic_that_is_made_anew_with_fewer_partitions_is_published_to() throws Exception {
        kafka.createTopic("shrinking", 8);
        try (PublishRun run = new PublishRun(settings(kafka))) {
            IntStream.range(0, 500).forEach(i -> run.add(numbered("shrinking", i)));
            run.runUntil(SOON, run::isEverythingPublished);
            try (Admin admin = kafka.admin()) {
                admin.deleteTopics(List.of("shrinking")).all().get();
            }
            IntStream.range(500, 1_000).forEach(i -> run.add(numbered("shrinking", i)));
            letPass(run, Duration.ofSeconds(2));
            int acknowledged = run.published();
            kafka.createTopic("shrinking", 1);
            run.runUntil(A_WHILE, run::isEverythingPublished);

            assertThat(PublishScene.ids(kafka.bootstrapServers(), "shrinking"))
                    .containsAll(numbers(acknowledged, 1_000));
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
            assertThat(Duration.ofNanos(run.slowestSendNanos)).isLessThan(SOON);
            long begin = System.nanoTime();
            run.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
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
            List<ConsumerRecord<byte[], byte[]>> records = PublishScene.read(kafka.bootstrapServers(), "wide");
            assertThat(records).hasSize(5_000);
            assertOrderedPerKey(records);
        }
    }

    @Test
    void a_password_that_nobody_asks_for_is_a_wrong_setting_with_a_remedy() {
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

            assertThat(run.failures.get(0).kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(run.failures.get(0).summary()).contains("set kafka.security.protocol to");
        }
    }

    @Test
    void a_host_that_does_not_resolve_is_waited_for_and_a_missing_file_is_a_mistake() {
        KafkaPublishers unresolvable = new KafkaPublishers(
                () -> PublisherSettings.of(Map.of("bootstrap.servers", "no-such-host.invalid:9092"), 1));
        assertThatThrownBy(() -> unresolvable.open(() -> {}))
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT))
                .hasMessageContaining("no-such-host.invalid:9092");

        KafkaPublishers missing = new KafkaPublishers(() -> PublisherSettings.of(
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
            public void published(long number, int partition, long offset) {
                published.add(number);
            }

            @Override
            public boolean refused(long number, Failure failure) {
                throw new AssertionError(failure);
            }

            @Override
            public void failed(long number, Failure failure) {
                throw new AssertionError(failure);
            }
        };
        try (KafkaPublisher publisher =
                new KafkaPublisher(settings(kafka), () -> {}, new CarefulTopics(), ended::get, ProducerWatch.none())) {
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
            letPass(run, Duration.ofSeconds(2));

            assertThat(run.published()).isEqualTo(published);
            assertThat(run.failures).isEmpty();
        }
    }
}
