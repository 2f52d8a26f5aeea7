package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.Workload;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer that notes when each event has reached it, on a thread of its own, until it is closed. */
final class Receiver implements AutoCloseable {
    private static final Duration POLL_MAX = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Moments moments;
    private final Thread thread;
    private volatile boolean closing;

    private Receiver(KafkaConsumer<byte[], byte[]> consumer, Moments moments) {
        this.consumer = consumer;
        this.moments = moments;
        this.thread = new Thread(this::receive, "receiver");
    }

    /** Reads a topic that exists. */
    static Receiver started(Servers servers, String topic, Moments moments) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                // The broker answers as soon as there is a byte; that is the default, and what latency rests on.
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers(), "fetch.min.bytes", 1),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(IntStream.range(0, Servers.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
        Receiver receiver = new Receiver(consumer, moments);
        receiver.thread.start();
        return receiver;
    }

    private void receive() {
        try (consumer) {
            while (!closing) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_MAX)) {
                    if (record.value() != null) {
                        moments.arrived(Workload.numberIn(record.value()), System.nanoTime());
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            // The thread ends all the same, at its next look.
            Thread.currentThread().interrupt();
        }
    }
}
