package io.outboxrelay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class EmbeddedKafkaIT {
    @Test
    void a_restart_keeps_the_address_and_the_data_and_clients_come_back_by_themselves() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.started();
                KafkaProducer<byte[], byte[]> producer = producer(kafka, 60_000)) {
            kafka.createTopic("orders", 1, Map.of("max.message.bytes", "20000"));
            producer.send(new ProducerRecord<>("orders", bytes("before"))).get(20, TimeUnit.SECONDS);
            String address = kafka.bootstrapServers();

            kafka.stop();
            assertThat(kafka.isRunning()).isFalse();
            kafka.start();

            producer.send(new ProducerRecord<>("orders", bytes("after"))).get(20, TimeUnit.SECONDS);
            assertThat(kafka.bootstrapServers()).isEqualTo(address);
            assertThat(read(kafka, "orders", 2)).containsExactly("before", "after");
        }
    }

    @Test
    void creates_topics_on_first_use_unless_told_not_to() {
        try (EmbeddedKafka kafka =
                        EmbeddedKafka.builder().autoCreateTopics(false).start();
                KafkaProducer<byte[], byte[]> producer = producer(kafka, 3_000)) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("absent", bytes("x")))
                            .get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("absent");
            kafka.createTopic("present", 2);
            assertThat(producer.partitionsFor("present")).hasSize(2);
            assertThatThrownBy(() -> kafka.createTopic("present", 2)).isInstanceOf(KafkaException.class);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedKafka kafka, int maxBlockMillis) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.block.ms", maxBlockMillis);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static List<String> read(EmbeddedKafka kafka, String topic, int records) {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            for (int poll = 0; poll < 40 && values.size() < records; poll++) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    values.add(new String(record.value(), UTF_8));
                }
            }
            return values;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
