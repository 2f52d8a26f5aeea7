package io.outboxrelay.debezium.store;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POISON;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.PublisherSettings;
import io.outboxrelay.publish.SideClients;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A store in a compacted topic of one partition, of which Kafka keeps the latest message for each key. Read to its end when it is
 * opened; what is put is acknowledged by every replica in sync.
 *
 * <p>Kafka does not say who writes to a topic: what keeps two relays of one pipeline from storing at the same time is the claim that
 * each has on the database's log before it opens the store. A write of a predecessor that arrives late puts an older position in the
 * place of a newer one, and never one that was not settled.
 */
public final class StateTopic implements StateStore {

    private static final String FORM = "outbox-relay-state";
    private static final String VERSION = "1";
    private static final Duration POLL = Duration.ofMillis(100);

    private final TopicPartition partition;
    private final Producer<byte[], byte[]> writer;
    private SortedMap<String, String> values;

    private StateTopic(TopicPartition partition, Producer<byte[], byte[]> writer, SortedMap<String, String> values) {
        this.partition = partition;
        this.writer = writer;
        this.values = values;
    }

    /**
     * Opens the store: makes the topic where it is missing, else looks whether it keeps what it is given, and reads it.
     *
     * @param settings by which the pipeline publishes
     * @param answerMax how long each step may go without an answer
     * @throws RelayException TRANSIENT when brokers do not answer or rights are missing; MISCONFIGURED when the topic would forget, or holds
     *     messages of others; POSITION_LOST when a later version of the relay wrote it
     */
    public static StateTopic open(PublisherSettings settings, String topic, Duration answerMax) {
        SideClients clients = SideClients.reaching(settings, "state", answerMax);
        StateTopicForm.ensure(clients, topic, answerMax);
        TopicPartition partition = new TopicPartition(topic, 0);
        SortedMap<String, String> values = read(clients, partition, answerMax);
        return new StateTopic(partition, clients.writer(), Collections.unmodifiableSortedMap(values));
    }

    /**
     * What stands in the topic, beside a relay that may write to it. Makes nothing, and judges nothing but what it reads.
     *
     * @return immutable; empty where there is no topic
     * @throws RelayException as {@link #open}
     */
    public static SortedMap<String, String> peek(PublisherSettings settings, String topic, Duration answerMax) {
        SideClients clients = SideClients.reaching(settings, "state", answerMax);
        return StateTopicForm.isThere(clients, topic, answerMax)
                ? Collections.unmodifiableSortedMap(read(clients, new TopicPartition(topic, 0), answerMax))
                : Collections.emptySortedMap();
    }

    @Override
    public synchronized SortedMap<String, String> values() {
        return values;
    }

    @Override
    public synchronized void put(String key, String value) {
        send(key, value);
        SortedMap<String, String> changed = new TreeMap<>(values);
        changed.put(key, value);
        values = Collections.unmodifiableSortedMap(changed);
    }

    @Override
    public synchronized void remove(String key) {
        if (values.containsKey(key)) {
            send(key, null);
            SortedMap<String, String> changed = new TreeMap<>(values);
            changed.remove(key);
            values = Collections.unmodifiableSortedMap(changed);
        }
    }

    /** Does not wait: whatever was put has been acknowledged. */
    @Override
    public void close() {
        writer.close(Duration.ZERO);
    }

    private void send(String key, @Nullable String value) {
        Header form = new RecordHeader(FORM, VERSION.getBytes(UTF_8));
        byte[] bytes = value == null ? null : value.getBytes(UTF_8);
        try {
            writer.send(new ProducerRecord<>(
                            partition.topic(), partition.partition(), key.getBytes(UTF_8), bytes, List.of(form)))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RelayException(TRANSIENT, "interrupted while storing the relay's state", "nothing");
        } catch (ExecutionException | KafkaException e) {
            throw new RelayException(failure(partition.topic(), e));
        }
    }

    private static SortedMap<String, String> read(SideClients clients, TopicPartition partition, Duration answerMax) {
        SortedMap<String, String> values = new TreeMap<>();
        try (Consumer<byte[], byte[]> reader = clients.reader()) {
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            long end = reader.endOffsets(List.of(partition), answerMax).getOrDefault(partition, 0L);
            long heard = System.nanoTime();
            while (reader.position(partition, answerMax) < end) {
                ConsumerRecords<byte[], byte[]> records = reader.poll(POLL);
                for (ConsumerRecord<byte[], byte[]> message : records) {
                    take(message, values);
                }
                if (!records.isEmpty()) {
                    heard = System.nanoTime();
                } else if (System.nanoTime() - heard > answerMax.toNanos()) {
                    throw new RelayException(
                            TRANSIENT,
                            "the relay's state in topic " + partition.topic()
                                    + " cannot be read to its end: no answer for " + answerMax.toSeconds() + " s",
                            "see whether the brokers can be reached and are healthy");
                }
            }
            return values;
        } catch (KafkaException e) {
            throw new RelayException(failure(partition.topic(), e));
        }
    }

    private static void take(ConsumerRecord<byte[], byte[]> message, SortedMap<String, String> values) {
        Header form = message.headers().lastHeader(FORM);
        if (form == null || message.key() == null) {
            throw new RelayException(
                    MISCONFIGURED,
                    "topic " + message.topic() + " holds a message that is none of the relay's state, at offset "
                            + message.offset(),
                    "name a topic of its own for the relay's state, which nobody else writes to");
        }
        if (!VERSION.equals(new String(form.value(), UTF_8))) {
            throw new RelayException(
                    POSITION_LOST,
                    "a later version of the relay wrote its state to topic " + message.topic(),
                    "run that version");
        }
        String key = new String(message.key(), UTF_8);
        if (message.value() == null) {
            values.remove(key);
        } else {
            values.put(key, new String(message.value(), UTF_8));
        }
    }

    /** There is no row to give up here, so nothing is POISON. */
    static Failure failure(String topic, Throwable thrown) {
        Failure failure = SideClients.classify(thrown).about("the relay's state in topic " + topic);
        return failure.kind() == POISON ? new Failure(TRANSIENT, failure.problems(), failure.cause()) : failure;
    }
}
