package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.Servers;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How many records there are in a topic that was empty before. Used by one thread. */
final class TopicCount implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    TopicCount(Servers servers, String topic) {
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.partitions = IntStream.range(0, Servers.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        // The connections stand before the clock runs.
        records();
    }

    long records() {
        return consumer.endOffsets(partitions).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
