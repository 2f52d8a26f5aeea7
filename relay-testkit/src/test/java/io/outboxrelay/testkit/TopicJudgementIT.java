package io.outboxrelay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The whole kit together, with the simplest of all relays: everything is over before it reads. */
class TopicJudgementIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int EVENTS = 1_000;

    private static EmbeddedKafka kafka;
    private static EmbeddedDatabase database;
    private static CommittedHistory history;

    @BeforeAll
    static void publishOnceAndThenTheLastHundredAgain() throws Exception {
        kafka = EmbeddedKafka.started();
        database = EmbeddedDatabase.started();
        OutboxSchema schema = OutboxSchema.standard();
        database.execute(schema.createAll());
        Workload workload = Workload.everything(5).withEventsMax(EVENTS).withUnrelatedOpen(Duration.ofMillis(100));
        OrderService service = new OrderService(database.jdbcUrl(EmbeddedDatabase.SUPERUSER), schema, workload);
        service.start();
        history = service.awaitDone(BOUND);
        publish("SELECT * FROM outbox ORDER BY seq");
        publish("SELECT * FROM (SELECT * FROM outbox ORDER BY seq DESC LIMIT 100) o ORDER BY seq");
    }

    @AfterAll
    static void stop() {
        kafka.close();
        database.close();
    }

    @Test
    void every_record_is_read_once_and_the_judgement_is_just() {
        HistoryChecker checker =
                new HistoryChecker(history, Expectation.standard().withTypeHeader("eventType"));
        try (TopicReader reader = TopicReader.ofPrefix(kafka.bootstrapServers(), "outbox.event.")) {
            assertThat(reader.readToEnd(BOUND, checker::accept)).isEqualTo(EVENTS + 100);
            assertThat(reader.readToEnd(BOUND, checker::accept)).isZero();
        }
        assertThat(checker.verdict())
                .hasToString("committed=1000 published=1000 lost=0 phantom=0 reordered=0 repeated=100");
    }

    @Test
    void the_deduplicating_consumer_applies_each_event_once_through_a_failure_and_in_order() throws SQLException {
        database.execute(DeduplicatingConsumer.CREATE_TABLE
                + "CREATE TABLE view (key text PRIMARY KEY, version int NOT NULL, events int NOT NULL)");
        AtomicInteger calls = new AtomicInteger();
        DeduplicatingConsumer.Effect effect = (connection, event) -> {
            try (var upsert =
                    connection.prepareStatement("INSERT INTO view AS v VALUES (?, ?, 1) ON CONFLICT (key) DO UPDATE"
                            + " SET events = v.events + 1, version = CASE WHEN excluded.version = v.version + 1"
                            + " THEN excluded.version ELSE -1 END")) {
                upsert.setString(1, new String(event.key(), UTF_8));
                upsert.setInt(2, versionIn(event));
                upsert.executeUpdate();
            }
            if (calls.incrementAndGet() == EVENTS / 2) {
                throw new SQLException("one failure in the middle of a batch");
            }
        };
        int applied = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = groupConsumer()) {
            DeduplicatingConsumer deduplicating = new DeduplicatingConsumer(consumer, dataSource(), effect);
            long deadline = System.nanoTime() + BOUND.toNanos();
            boolean failed = false;
            while (number("SELECT count(*) FROM processed_events") < EVENTS && System.nanoTime() < deadline) {
                try {
                    applied += deduplicating.pollOnce(Duration.ofMillis(200));
                } catch (SQLException e) {
                    assertThat(failed).as("failed before").isFalse();
                    failed = true;
                }
            }
            assertThat(failed).isTrue();
            assertThat(deduplicating.pollOnce(Duration.ofMillis(200))).isZero();
        }
        assertThat(applied).isPositive().isLessThan(EVENTS);
        assertThat(number("SELECT sum(events) FROM view")).isEqualTo(EVENTS);
        assertThat(number("SELECT count(*) FROM view WHERE version <> events")).isZero();
    }

    @Test
    void an_event_without_an_id_stops_the_consumer_rather_than_being_skipped() throws Exception {
        kafka.createTopic("foreign", 1);
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>("foreign", new byte[1])).get();
        }
        try (KafkaConsumer<byte[], byte[]> consumer = groupConsumer()) {
            consumer.subscribe(List.of("foreign"));
            DeduplicatingConsumer deduplicating = new DeduplicatingConsumer(consumer, dataSource(), (c, e) -> {});
            for (int attempt = 1; attempt <= 2; attempt++) {
                assertThatThrownBy(() -> {
                            long deadline = System.nanoTime() + BOUND.toNanos();
                            while (System.nanoTime() < deadline) {
                                deduplicating.pollOnce(Duration.ofMillis(200));
                            }
                        })
                        .hasMessageContaining("no event id at offset 0");
            }
        }
    }

    private static void publish(String query) throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query);
                var producer = producer()) {
            while (rows.next()) {
                var record = new ProducerRecord<>(
                        "outbox.event." + rows.getString("aggregatetype"),
                        rows.getString("aggregateid").getBytes(UTF_8),
                        rows.getString("payload").getBytes(UTF_8));
                record.headers().add("id", rows.getString("id").getBytes(UTF_8));
                record.headers().add("eventType", rows.getString("type").getBytes(UTF_8));
                sent.add(producer.send(record));
            }
            for (Future<?> acknowledgement : sent) {
                acknowledgement.get();
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> groupConsumer() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        settings.put("group.id", UUID.randomUUID().toString());
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(OutboxSchema.AGGREGATE_TYPES.stream()
                .map(type -> "outbox.event." + type)
                .toList());
        return consumer;
    }

    private static int versionIn(ConsumerRecord<byte[], byte[]> event) {
        String value = new String(event.value(), UTF_8);
        return Integer.parseInt(value.substring(value.lastIndexOf(' ') + 1, value.length() - 1));
    }

    private static PGSimpleDataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.jdbcUrl(EmbeddedDatabase.SUPERUSER));
        return source;
    }

    private static long number(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
