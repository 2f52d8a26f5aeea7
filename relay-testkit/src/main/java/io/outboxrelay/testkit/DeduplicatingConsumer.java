package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How to consume from a relay that delivers at least once: each event takes effect exactly once.
 *
 * <p>The event's id and its effect are written in one database transaction. A repeat finds its id there and changes
 * nothing. Offsets are committed afterwards: what a crash in between brings back is a repeat like any other. An event that
 * fails stops its batch, and is the next to be read.
 *
 * <p>Meant to be copied. Ids may be deleted once no repeat can come any more: after the topic's retention. The consumer
 * must have a group and {@code enable.auto.commit=false}. Belongs to one thread.
 */
public final class DeduplicatingConsumer {
    /** The table of ids that took effect. */
    public static final String CREATE_TABLE =
            "CREATE TABLE IF NOT EXISTS processed_events (id uuid PRIMARY KEY, processed_at timestamptz DEFAULT now());";

    /** What an event does to the consumer's own state. */
    public interface Effect {
        /** Applies an event within the transaction of the connection, which the caller commits. */
        void apply(Connection connection, ConsumerRecord<byte[], byte[]> event) throws SQLException;
    }

    private final Consumer<byte[], byte[]> consumer;
    private final DataSource dataSource;
    private final Effect effect;

    public DeduplicatingConsumer(Consumer<byte[], byte[]> consumer, DataSource dataSource, Effect effect) {
        this.consumer = consumer;
        this.dataSource = dataSource;
        this.effect = effect;
    }

    /**
     * Reads what has arrived, waiting for it at most so long, and applies what is new.
     *
     * @return how many events took effect; repeats are not counted
     * @throws SQLException when the database fails: call again, and the batch goes on where it stopped
     */
    public int pollOnce(Duration timeout) throws SQLException {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
        if (records.isEmpty()) {
            return 0;
        }
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            int applied = 0;
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (applyOnce(connection, record)) {
                    applied++;
                }
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                done.put(partition, new OffsetAndMetadata(record.offset() + 1));
            }
            return applied;
        } catch (SQLException | RuntimeException e) {
            goBack(records, done);
            throw e;
        } finally {
            consumer.commitSync(done);
        }
    }

    /** One transaction. An exception leaves it uncommitted, and closing the connection rolls it back. */
    private boolean applyOnce(Connection connection, ConsumerRecord<byte[], byte[]> event) throws SQLException {
        boolean isNew = remember(connection, event);
        if (isNew) {
            effect.apply(connection, event);
        }
        connection.commit();
        return isNew;
    }

    /** Notes the id; false when it was there, that is, when this is a repeat. */
    private static boolean remember(Connection connection, ConsumerRecord<byte[], byte[]> event) throws SQLException {
        UUID id = Expectation.idOf(event)
                .orElseThrow(() -> new IllegalArgumentException("no event id at offset " + event.offset()));
        String sql = "INSERT INTO processed_events (id) VALUES (?) ON CONFLICT DO NOTHING";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setObject(1, id);
            return insert.executeUpdate() == 1;
        }
    }

    /** Lets the next poll return what this one returned and did not apply. */
    private void goBack(ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, OffsetAndMetadata> done) {
        for (TopicPartition partition : records.partitions()) {
            OffsetAndMetadata next = done.get(partition);
            long first = records.records(partition).get(0).offset();
            consumer.seek(partition, next == null ? first : next.offset());
        }
    }
}
