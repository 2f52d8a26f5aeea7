package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads what stands in a topic from its beginning to what was its end when the scan began, partition by partition, with a fetch in
 * memory at a time. Belongs to no group and stores nothing. Used by one thread.
 */
public final class TopicScan {

    private static final Duration POLL = Duration.ofMillis(200);

    private final SideClients clients;
    private final String topic;
    private final Duration silenceMax;

    /**
     * A scan that has not begun.
     *
     * @param clients by which the brokers are reached
     * @param silenceMax how long the brokers may give nothing that they said was there
     */
    public TopicScan(SideClients clients, String topic, Duration silenceMax) {
        this.clients = clients;
        this.topic = topic;
        this.silenceMax = silenceMax;
    }

    /**
     * Reads.
     *
     * @param each takes a message, and says whether to go on
     * @return false where there is no such topic
     * @throws RelayException TRANSIENT when the brokers do not answer, or the relay may not read the topic
     */
    public boolean read(Predicate<ConsumerRecord<byte[], byte[]>> each) {
        try (Consumer<byte[], byte[]> reader = clients.reader()) {
            List<TopicPartition> partitions = partitions(reader);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                if (!read(reader, partition, ends.getOrDefault(partition, 0L), each)) {
                    break;
                }
            }
            return !partitions.isEmpty();
        } catch (KafkaException e) {
            Failure failure = KafkaFailures.classify(e);
            throw new RelayException(failure.about("topic " + topic + " cannot be read"));
        }
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> reader) {
        List<PartitionInfo> found;
        try {
            found = reader.partitionsFor(topic);
        } catch (UnknownTopicOrPartitionException e) {
            return List.of();
        }
        return found == null
                ? List.of()
                : found.stream()
                        .map(PartitionInfo::partition)
                        .sorted()
                        .map(number -> new TopicPartition(topic, number))
                        .toList();
    }

    /** False when nothing more is wanted. */
    private boolean read(
            Consumer<byte[], byte[]> reader,
            TopicPartition partition,
            long end,
            Predicate<ConsumerRecord<byte[], byte[]>> each) {
        reader.assign(List.of(partition));
        begin(reader, partition);
        long heardNanos = System.nanoTime();
        while (reader.position(partition) < end) {
            ConsumerRecords<byte[], byte[]> records;
            try {
                records = reader.poll(POLL);
            } catch (OffsetOutOfRangeException e) {
                // What stood at the beginning was dropped meanwhile.
                begin(reader, partition);
                continue;
            }
            if (records.isEmpty() && System.nanoTime() - heardNanos > silenceMax.toNanos()) {
                throw new RelayException(
                        FailureKind.TRANSIENT,
                        "the brokers give nothing of " + partition + " from " + reader.position(partition) + " on, for "
                                + silenceMax.toSeconds() + " s",
                        "see whether the partition has a leader, and try again");
            }
            for (ConsumerRecord<byte[], byte[]> message : records) {
                if (message.offset() < end && !each.test(message)) {
                    return false;
                }
            }
            if (!records.isEmpty()) {
                // Behind what was done with them, which may take minutes, and is no silence of the brokers'.
                heardNanos = System.nanoTime();
            }
        }
        return true;
    }

    private static void begin(Consumer<byte[], byte[]> reader, TopicPartition partition) {
        reader.seek(partition, reader.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L));
    }
}
