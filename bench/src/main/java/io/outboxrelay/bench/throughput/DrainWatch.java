package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.MachineUse;
import io.outboxrelay.bench.stage.MeasuredProcess;
import io.outboxrelay.bench.stage.ProcessUse;
import io.outboxrelay.bench.stage.Servers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
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
    private static final long CLOSE_LOOK_NANOS = Duration.ofMillis(5).toNanos();
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    private static final Duration STANDSTILL_MAX = Duration.ofSeconds(60);
    /** More than what a relay has on its way. */
    private static final long TAIL_ROWS = 100_000;

    private final Connection connection;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final long events;
    private final long lastNumber;

    /** Watches an outbox that is filled, and a topic that exists and is empty. */
    DrainWatch(Servers servers, String topic, long events) throws SQLException {
        this.connection = servers.connect();
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.partitions = IntStream.range(0, Servers.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        this.events = events;
        this.lastNumber = number("SELECT max(seq) FROM outbox WHERE seq > ?", 0);
        // The connections stand before the clock runs.
        records();
    }

    /**
     * Waits until a process has emptied the table.
     *
     * @param begunNanos when it was started
     * @throws BenchFailure when it ends by itself, or nothing moves for {@link #STANDSTILL_MAX}
     */
    Drain measure(MeasuredProcess process, long begunNanos) throws SQLException {
        awaitRecords(process, 1);
        long firstNanos = System.nanoTime();
        Instant firstAt = Instant.now();
        MachineUse machineAtFirst = MachineUse.now();
        ProcessUse atFirst = ProcessUse.of(process.pid());
        ProcessUse brokerAtFirst = ProcessUse.ofThisOne();
        awaitRecords(process, events);
        awaitEmpty(process);
        long emptyNanos = System.nanoTime();
        ProcessUse atEnd = ProcessUse.of(process.pid());
        double brokerCpuSeconds = ProcessUse.ofThisOne().cpuSeconds() - brokerAtFirst.cpuSeconds();
        double busy = MachineUse.now().busySince(machineAtFirst);
        requireEmpty(process);
        return new Drain(
                events,
                Duration.ofNanos(firstNanos - begunNanos),
                firstAt,
                Duration.ofNanos(emptyNanos - firstNanos),
                atFirst.cpuSeconds(),
                atEnd.cpuSeconds() - atFirst.cpuSeconds(),
                brokerCpuSeconds,
                atEnd.residentBytesPeak(),
                busy);
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            consumer.close();
        }
    }

    private void awaitRecords(MeasuredProcess process, long enough) {
        long seen = -1;
        long movedNanos = System.nanoTime();
        for (long count = records(); count < enough; count = records()) {
            long now = System.nanoTime();
            if (count > seen) {
                seen = count;
                movedNanos = now;
            } else if (now - movedNanos > STANDSTILL_MAX.toNanos()) {
                throw process.failure("stands still at " + count + " records of " + events);
            }
            process.requireRunning();
            boolean near = count == 0 || count > events - TAIL_ROWS;
            LockSupport.parkNanos(near ? CLOSE_LOOK_NANOS : LOOK_NANOS);
        }
    }

    private void awaitEmpty(MeasuredProcess process) throws SQLException {
        long begunNanos = System.nanoTime();
        while (number("SELECT count(*) FROM outbox WHERE seq = ?", lastNumber) > 0
                || number("SELECT count(*) FROM outbox WHERE seq > ?", lastNumber - TAIL_ROWS) > 0) {
            if (System.nanoTime() - begunNanos > STANDSTILL_MAX.toNanos()) {
                throw process.failure("published everything, but does not delete the last rows");
            }
            process.requireRunning();
            LockSupport.parkNanos(CLOSE_LOOK_NANOS);
        }
    }

    private void requireEmpty(MeasuredProcess process) throws SQLException {
        long left = number("SELECT count(*) FROM outbox WHERE seq > ?", Long.MIN_VALUE);
        if (left > 0) {
            throw process.failure("left " + left + " rows behind after it had deleted the last ones");
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
