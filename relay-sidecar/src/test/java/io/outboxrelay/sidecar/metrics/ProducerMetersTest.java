package io.outboxrelay.sidecar.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Kafka's own metrics are those of the producer that is there, however many there were before. */
class ProducerMetersTest {

    private static final int REPLACEMENTS = 40;

    @Test
    void a_producer_that_was_replaced_leaves_nothing_behind() {
        ProducersInUse producers = new ProducersInUse();
        try (RelayMetrics metrics = new RelayMetrics(List.of(IdleLoop.measured("default", producers)), "1.2.3")) {
            assertThat(kafka(metrics)).isEmpty();
            Set<String> first = Set.of();
            for (int i = 0; i < REPLACEMENTS; i++) {
                try (KafkaProducer<byte[], byte[]> producer = producer(i)) {
                    producers.opened(producer);
                    Set<String> told = kafka(metrics);
                    if (i == 0) {
                        first = told;
                        assertThat(told).hasSizeGreaterThan(20).allMatch(name -> name.contains("pipeline=default"));
                    }
                    assertThat(told).as("with producer %d", i).isEqualTo(first);
                    producers.closed(producer);
                }
                assertThat(refreshingThreads()).isLessThanOrEqualTo(1);
            }
            assertThat(kafka(metrics)).isEmpty();
            assertThat(refreshingThreads()).isZero();
        }
    }

    @Test
    void a_producer_that_replaces_another_between_two_scrapes_is_told_of_in_its_place() {
        ProducersInUse producers = new ProducersInUse();
        try (RelayMetrics metrics = new RelayMetrics(List.of(IdleLoop.measured("default", producers)), "1.2.3");
                KafkaProducer<byte[], byte[]> old = producer("old");
                KafkaProducer<byte[], byte[]> young = producer("young")) {
            producers.opened(old);
            assertThat(kafka(metrics)).allMatch(name -> name.contains("client_id=old"));
            producers.opened(young);
            producers.closed(old);
            assertThat(kafka(metrics)).isNotEmpty().allMatch(name -> name.contains("client_id=young"));
        }
        assertThat(refreshingThreads()).isZero();
    }

    private static Set<String> kafka(RelayMetrics metrics) {
        return Exposition.parse(metrics.scrape())
                .samples()
                .filter(sample -> sample.name().startsWith("kafka_"))
                .map(sample -> sample.name() + sample.labels())
                // A node shows only once it was tried.
                .filter(name -> !name.startsWith("kafka_app_info") && !name.contains("_node_"))
                .collect(Collectors.toSet());
    }

    private static long refreshingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("relay-kafka-metrics"))
                .count();
    }

    private static KafkaProducer<byte[], byte[]> producer(int ignored) {
        return producer("outbox-relay");
    }

    /** There is no broker; there are metrics all the same. */
    private static KafkaProducer<byte[], byte[]> producer(String clientId) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", "127.0.0.1:1", "client.id", clientId, "reconnect.backoff.ms", "10000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
