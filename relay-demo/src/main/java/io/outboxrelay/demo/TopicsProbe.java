package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Asks the brokers how much has been published, because MySQL does not know how far its log was read; what waits is what was committed
 * and is not there. Belongs to one thread.
 */
final class TopicsProbe implements OutboxProbe {
    private static final Duration GREET_EVERY = Duration.ofMillis(500);
    private static final List<TopicPartition> GREETED = List.of(new TopicPartition(Servers.GREETINGS, 0));

    private final Connection connection;
    private final KafkaConsumer<byte[], byte[]> kafka;
    private final List<TopicPartition> partitions = new ArrayList<>();
    /** Of looks with more events than are published. */
    private final ArrayDeque<Moment> moments = new ArrayDeque<>();

    private long greetedNanos;

    /** So many events had been committed by then, or more. */
    private record Moment(long events, long atNanos) {}

    private TopicsProbe(Connection connection, KafkaConsumer<byte[], byte[]> kafka) {
        this.connection = connection;
        this.kafka = kafka;
        for (String topic : Servers.topics()) {
            for (int partition = 0; partition < Servers.PARTITIONS; partition++) {
                partitions.add(new TopicPartition(topic, partition));
            }
        }
    }

    static TopicsProbe connected(Servers servers) throws SQLException {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers());
        Connection connection = DriverManager.getConnection(servers.shop().url() + "&socketTimeout=30000");
        return new TopicsProbe(
                connection, new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    @Override
    public void greet() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(OutboxProbe.greeting("uuid()"));
        }
        greetedNanos = System.nanoTime();
    }

    /** Greets until an answer comes: the first start begins at the end of the log, behind what was written before. */
    @Override
    public boolean isEmpty() throws SQLException {
        if (records(GREETED) > 0) {
            return true;
        }
        if (System.nanoTime() - greetedNanos > GREET_EVERY.toNanos()) {
            greet();
        }
        return false;
    }

    /** A repeat counts as an event; there are none without a fault. */
    @Override
    public Snapshot.Pending pending(CommittedHistory history) {
        long events = history.committedCount();
        long nowNanos = System.nanoTime();
        long published = records(partitions);
        if (moments.isEmpty() || events > moments.getLast().events()) {
            moments.addLast(new Moment(events, nowNanos));
        }
        while (!moments.isEmpty() && moments.getFirst().events() <= published) {
            moments.removeFirst();
        }
        return moments.isEmpty()
                ? new Snapshot.Pending(0, Duration.ZERO)
                : new Snapshot.Pending(
                        events - published,
                        Duration.ofNanos(nowNanos - moments.getFirst().atNanos()));
    }

    private long records(Collection<TopicPartition> of) {
        return kafka.endOffsets(of).values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() throws SQLException {
        kafka.close();
        connection.close();
    }
}
