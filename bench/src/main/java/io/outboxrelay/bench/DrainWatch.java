package io.outboxrelay.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Watches a process empty the outbox, from outside and with little work: the topic's end offsets tell the first and the last
 * record; only then the table is looked at, at its upper end, because a look at the lower one would pass all dead rows.
 * Confined to one thread.
 */
final class DrainWatch implements AutoCloseable {
    private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();
    private static final Duration STANDSTILL_MAX = Duration.ofSeconds(60);
    /** More than what a relay has on its way at its end. */
    private static final long TAIL_ROWS = 100_000;

    private final Connection connection;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final long events;

    /** Watches a topic that exists and is empty. */
    DrainWatch(Servers servers, String topic, long events) throws SQLException {
        this.connection = servers.connect();
        this.consumer = new KafkaConsumer<>(
                java.util.Map.of("bootstrap.servers", servers.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.partitions = IntStream.range(0, Servers.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        this.events = events;
    }

    /**
     * Starts a process, waits until the table is empty, and ends the process.
     *
     * @throws BenchFailure when it ends by itself, or nothing moves for {@link #STANDSTILL_MAX}
     */
    Drain measure(Supplier<Drainer> starting) throws SQLException {
        long lastNumber = number("SELECT max(seq) FROM outbox WHERE seq > ?", 0);
        records();
        long begunNanos = System.nanoTime();
        try (Drainer drainer = starting.get()) {
            awaitRecords(drainer, count -> count > 0);
            long firstNanos = System.nanoTime();
            ProcessUse atFirst = ProcessUse.of(drainer.pid());
            awaitRecords(drainer, count -> count >= events);
            awaitEmpty(drainer, lastNumber);
            long emptyNanos = System.nanoTime();
            ProcessUse atEnd = ProcessUse.of(drainer.pid());
            requireEmpty(drainer);
            return new Drain(
                    events,
                    Duration.ofNanos(firstNanos - begunNanos),
                    Duration.ofNanos(emptyNanos - firstNanos),
                    atFirst.cpuSeconds(),
                    atEnd.cpuSeconds() - atFirst.cpuSeconds(),
                    atEnd.residentBytesPeak());
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            consumer.close();
        }
    }

    private void awaitRecords(Drainer drainer, LongPredicate enough) {
        long seen = 0;
        long movedNanos = System.nanoTime();
        for (long count = records(); !enough.test(count); count = records()) {
            long now = System.nanoTime();
            if (count > seen) {
                seen = count;
                movedNanos = now;
            } else if (now - movedNanos > STANDSTILL_MAX.toNanos()) {
                throw drainer.failure("stands still at " + count + " records of " + events);
            }
            drainer.requireRunning();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void awaitEmpty(Drainer drainer, long lastNumber) throws SQLException {
        long begunNanos = System.nanoTime();
        while (number("SELECT count(*) FROM outbox WHERE seq = ?", lastNumber) > 0
                || number("SELECT count(*) FROM outbox WHERE seq > ?", lastNumber - TAIL_ROWS) > 0) {
            if (System.nanoTime() - begunNanos > STANDSTILL_MAX.toNanos()) {
                throw drainer.failure("published everything, but does not delete the last rows");
            }
            drainer.requireRunning();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void requireEmpty(Drainer drainer) throws SQLException {
        long left = number("SELECT count(*) FROM outbox WHERE seq > ?", Long.MIN_VALUE);
        if (left > 0) {
            throw drainer.failure("left " + left + " rows behind after it had deleted the last ones");
        }
    }

    private long records() {
        return consumer.endOffsets(partitions).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private long number(String query, long parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setLong(1, parameter);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }
}
