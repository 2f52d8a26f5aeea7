package io.outboxrelay.bench.stage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Events that are written and waited for one by one, by a service and a consumer that stand ready. Confined to one thread. */
public final class SingleEvents implements AutoCloseable {
    private static final String INSERT =
            "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES (?, ?, ?, ?, ?::jsonb)";

    private static final Duration ARRIVAL_MAX = Duration.ofSeconds(60);
    private static final Duration POLL_MAX = Duration.ofMillis(100);

    private final Workload workload;
    private final Connection connection;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<Long> arrived = new HashSet<>();

    /** @param topic one that exists, with the partitions that {@link Servers#createTopic} makes */
    public SingleEvents(Servers servers, String topic, Workload workload) throws SQLException {
        this.workload = workload;
        this.connection = servers.connect();
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers(), "fetch.min.bytes", 1),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(IntStream.range(0, Servers.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
        consumer.assignment().forEach(consumer::position);
    }

    /** Commits an event of the workload. */
    public void write(long number) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, UUID.fromString(Workload.idOf(number)));
            insert.setString(2, Workload.AGGREGATE_TYPE);
            insert.setString(3, Workload.key(workload.keyIndexOf(number)));
            insert.setString(4, Workload.EVENT_TYPE);
            insert.setString(5, workload.payloadOf(number));
            insert.executeUpdate();
        }
    }

    /**
     * Waits until the consumer has an event.
     *
     * @return when it had it, by {@link System#nanoTime}
     * @throws RuntimeException with what the process said last, when it does not come within a minute, or the process has ended
     */
    public long awaitArrival(long number, MeasuredProcess process) {
        long begunNanos = System.nanoTime();
        while (!arrived.contains(number)) {
            if (System.nanoTime() - begunNanos > ARRIVAL_MAX.toNanos()) {
                throw process.failure("published nothing within " + ARRIVAL_MAX.toSeconds() + " s");
            }
            process.requireRunning();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_MAX)) {
                if (record.value() != null) {
                    arrived.add(Workload.numberIn(record.value()));
                }
            }
        }
        return System.nanoTime();
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            consumer.close();
        }
    }
}
