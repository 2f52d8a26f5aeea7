package io.outboxrelay.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads all partitions of some topics from their beginning, each partition in the order of its offsets, every record once.
 * Topics that come into being later are found by the next call. Belongs to one thread.
 */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL_MAX = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Predicate<String> topics;
    private final Set<TopicPartition> partitions = new HashSet<>();

    /** Reads the topics whose name the predicate accepts. */
    public TopicReader(String bootstrapServers, Predicate<String> topics) {
        this.topics = topics;
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "enable.auto.commit",
                false,
                "allow.auto.create.topics",
                false,
                "metadata.max.age.ms",
                1_000,
                // Three megabytes at a time: the reader shares the heap of a test with a broker.
                "fetch.max.bytes",
                3_000_000);
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads the topics whose names begin so; {@code outbox.event.} is what a relay writes by default. */
    public static TopicReader ofPrefix(String bootstrapServers, String prefix) {
        return new TopicReader(bootstrapServers, topic -> topic.startsWith(prefix));
    }

    /**
     * Hands on every record that was in the topics when this was called, from where the last call ended.
     *
     * @return how many
     * @throws IllegalStateException when the end is not reached within the bound
     */
    public long readToEnd(Duration bound, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        long deadline = System.nanoTime() + bound.toNanos();
        findPartitions();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long read = 0;
        while (!behind(ends).isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("not read to the end within " + bound + ": " + behind(ends));
            }
            read += poll(POLL_MAX, sink);
        }
        return read;
    }

    /**
     * Hands on what has arrived since the last call and waits for it at most so long; for a live view.
     *
     * @return how many
     */
    public long readSome(Duration bound, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        findPartitions();
        return partitions.isEmpty() ? 0 : poll(bound, sink);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private long poll(Duration bound, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        long read = 0;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(bound)) {
            sink.accept(record);
            read++;
        }
        return read;
    }

    private Collection<TopicPartition> behind(Map<TopicPartition, Long> ends) {
        List<TopicPartition> late = new ArrayList<>();
        ends.forEach((partition, end) -> {
            if (consumer.position(partition) < end) {
                late.add(partition);
            }
        });
        return late;
    }

    private void findPartitions() {
        List<TopicPartition> found = new ArrayList<>();
        for (Map.Entry<String, List<PartitionInfo>> topic :
                consumer.listTopics().entrySet()) {
            if (topics.test(topic.getKey())) {
                topic.getValue().forEach(info -> found.add(new TopicPartition(info.topic(), info.partition())));
            }
        }
        found.removeAll(partitions);
        if (!found.isEmpty()) {
            partitions.addAll(found);
            consumer.assign(partitions);
            consumer.seekToBeginning(found);
        }
    }
}
