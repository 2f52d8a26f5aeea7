package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OutboxSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Transactions that hold a number back, each in another way. That their rows come is not enough: they must come from their
 * gaps, not from the sweep that would find a row given up.
 */
class LateTransactionsIT {

    /** Long enough for the holders of locks to be asked several times. */
    private static final Duration A_WHILE = Duration.ofMillis(400);

    private static EmbeddedDatabase database;
    private OutboxFixture outbox;
    private Connection late;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void begin() throws SQLException {
        outbox = OutboxFixture.ordinary(database);
        late = database.connect();
        late.setAutoCommit(false);
    }

    @AfterEach
    void end() throws SQLException {
        late.close();
    }

    @Test
    void a_number_drawn_early_and_used_late() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            OutboxFixture.execute(late, "SELECT nextval(pg_get_serial_sequence('" + outbox.table() + "', 'seq'))");
            outbox.insert("b");
            awaitQuietly(consumer, 1);
            insertWithNumber(1, "a");
            late.commit();
            assertArrives(consumer, "b", "a");
        }
    }

    @Test
    void a_number_whose_savepoint_was_rolled_back_does_not_release_the_others() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            OutboxFixture.execute(late, "SAVEPOINT s");
            outbox.insert(late, "undone");
            OutboxFixture.execute(late, "SELECT nextval(pg_get_serial_sequence('" + outbox.table() + "', 'seq'))");
            OutboxFixture.execute(late, "ROLLBACK TO s");
            outbox.insert("c");
            awaitQuietly(consumer, 1);
            insertWithNumber(2, "b");
            late.commit();
            assertArrives(consumer, "c", "b");
        }
    }

    @Test
    void a_transaction_that_is_prepared_while_its_gap_is_watched() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            outbox.insert(late, "a");
            outbox.insert("b");
            awaitQuietly(consumer, 1);
            String name = "late_" + outbox.table();
            OutboxFixture.execute(late, "PREPARE TRANSACTION '" + name + "'");
            outbox.insert("c");
            awaitQuietly(consumer, 2);
            database.execute("COMMIT PREPARED '" + name + "'");
            assertArrives(consumer, "b", "c", "a");
        }
    }

    @Test
    void a_transaction_prepared_before_the_session_began() throws SQLException {
        outbox.insert(late, "a");
        String name = "early_" + outbox.table();
        OutboxFixture.execute(late, "PREPARE TRANSACTION '" + name + "'");
        outbox.insert("b");
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            awaitQuietly(consumer, 1);
            database.execute("COMMIT PREPARED '" + name + "'");
            assertArrives(consumer, "b", "a");
        }
    }

    @Test
    void a_row_written_straight_into_a_partition() throws SQLException {
        OutboxSchema schema = OutboxSchema.standard()
                .withTable("parted_" + outbox.table())
                .withPayloadType("text")
                .withNumbering(OutboxSchema.Numbering.TRIGGER_PARTITIONED);
        database.execute(schema.createOutbox());
        OutboxFixture parted =
                OutboxFixture.existing(database, schema.table(), new Columns("id", "seq", "aggregateid", "payload"));
        String[] types = {"order", "payment", "shipment"};
        try (TestConsumer consumer = TestConsumer.of(parted).committing().awaitOpen();
                Connection quick = database.connect()) {
            OutboxFixture.execute(late, insertInto(schema.partitionOf("order"), "order", "late"));
            for (String type : types) {
                OutboxFixture.execute(quick, insertInto(schema.partitionOf(type), type, "direct"));
                OutboxFixture.execute(quick, insertInto(schema.table(), type, "routed"));
            }
            awaitQuietly(consumer, 6);
            late.commit();
            consumer.awaitRecords(7);
            assertThat(consumer.records().get(6).payload()).asString().isEqualTo("late");
            assertThat(consumer.counters.sweptRows()).isZero();
            await().atMost(Duration.ofSeconds(10)).until(() -> parted.standing().isEmpty());
        }
    }

    @Test
    void many_numbers_that_never_come_hold_nothing_back() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen();
                Connection writer = database.connect()) {
            writer.setAutoCommit(false);
            outbox.insert(late, "late");
            for (int i = 0; i < 1_500; i++) {
                outbox.insert(writer, "undone");
                writer.rollback();
                outbox.insert(writer, "e" + i);
                writer.commit();
            }
            awaitQuietly(consumer, 1_500);
            late.commit();
            consumer.awaitRecords(1_501);
            assertThat(consumer.ids().get(1_500)).isEqualTo("late");
            assertThat(consumer.ids()).doesNotContain("undone");
            assertThat(consumer.counters.sweptRows()).isZero();
        }
    }

    /** Takes that many records and makes sure that no other comes for a while. */
    private static void awaitQuietly(TestConsumer consumer, int records) {
        consumer.awaitRecords(records);
        await().during(A_WHILE).atMost(Duration.ofSeconds(10)).until(() -> {
            consumer.take();
            return consumer.records().size() == records;
        });
    }

    private static void assertArrives(TestConsumer consumer, String... ids) {
        consumer.awaitRecords(ids.length);
        assertThat(consumer.ids()).isEqualTo(List.of(ids));
        assertThat(consumer.counters.sweptRows()).isZero();
    }

    private void insertWithNumber(long number, String id) throws SQLException {
        OutboxFixture.execute(
                late,
                "INSERT INTO " + outbox.table() + " (seq, id, key, payload) OVERRIDING SYSTEM VALUE VALUES (" + number
                        + ", '" + id + "', 'k', '" + id + "')");
    }

    private static String insertInto(String table, String type, String payload) {
        return "INSERT INTO " + table + " (id, aggregatetype, aggregateid, type, payload) VALUES (gen_random_uuid(), '"
                + type + "', 'k', 't', '" + payload + "')";
    }
}
