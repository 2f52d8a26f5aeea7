package io.outboxrelay.demo;

import io.outboxrelay.testkit.DeduplicatingConsumer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Another service, which follows the orders by their events: it reads the topics as a consumer group and keeps the version
 * of every order in a database of its own. Repeats have no effect, because the id of an event is noted in the same
 * transaction.
 *
 * <p>Safe to use from any thread.
 */
final class Warehouse implements AutoCloseable {
    /** For each order, its latest version and how many events made it so. */
    static final String CREATE_TABLE =
            "CREATE TABLE orders_followed (id text PRIMARY KEY, version bigint NOT NULL, events bigint NOT NULL);";

    private static final Duration POLL_MAX = Duration.ofMillis(200);

    private final String jdbcUrl;
    private final AtomicLong processed = new AtomicLong();
    private final Background thread;

    private Warehouse(Servers servers) {
        jdbcUrl = servers.warehouseUrl();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl);
        KafkaConsumer<byte[], byte[]> kafka = consumer(servers.kafka().bootstrapServers());
        kafka.subscribe(Servers.topics());
        DeduplicatingConsumer consumer = new DeduplicatingConsumer(kafka, dataSource, Warehouse::follow);
        thread = Background.started("warehouse", () -> processed.addAndGet(consumer.pollOnce(POLL_MAX)), kafka);
    }

    /** Starts to read, from the topics' beginning. */
    static Warehouse opened(Servers servers) {
        return new Warehouse(servers);
    }

    /** Events that took effect; repeats are not among them. */
    long processed() {
        return processed.get();
    }

    /** Throws what ended the reading, if it has ended by itself. */
    void requireHealthy() {
        thread.requireHealthy();
    }

    /** What stands in its database: the version of every order of which it has heard. */
    Books books() throws SQLException {
        Map<String, Long> versions = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            long skipped = 0;
            try (ResultSet rows = statement.executeQuery("SELECT id, version, events FROM orders_followed")) {
                while (rows.next()) {
                    versions.put(rows.getString(1), rows.getLong(2));
                    skipped += Math.abs(rows.getLong(2) - rows.getLong(3));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT count(*) FROM processed_events")) {
                row.next();
                return new Books(row.getLong(1), versions, skipped);
            }
        }
    }

    @Override
    public void close() {
        thread.close();
    }

    /**
     * What the warehouse has noted.
     *
     * @param eventIds different events that it processed
     * @param versions by order
     * @param skipped versions that are too many or too few for the events that were processed
     */
    record Books(long eventIds, Map<String, Long> versions, long skipped) {}

    private static void follow(Connection connection, ConsumerRecord<byte[], byte[]> event) throws SQLException {
        String sql = "INSERT INTO orders_followed SELECT e ->> 'key', (e ->> 'version')::bigint, 1"
                + " FROM (SELECT convert_from(?, 'UTF8')::jsonb) event(e)"
                + " ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, events = orders_followed.events + 1";
        try (PreparedStatement upsert = connection.prepareStatement(sql)) {
            upsert.setBytes(1, event.value());
            upsert.executeUpdate();
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                "warehouse",
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                // Rather a few large batches than many small ones: each takes a connection to the database.
                "fetch.min.bytes",
                1_000_000,
                "fetch.max.wait.ms",
                100);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
