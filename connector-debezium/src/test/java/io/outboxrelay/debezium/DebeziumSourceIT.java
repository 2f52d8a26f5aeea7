package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows in, records out, and what a stop leaves behind. */
class DebeziumSourceIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void delivers_every_row_once_in_order_with_what_routing_asks_for() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 3);
        try (LogConsumer consumer =
                LogConsumer.of(outbox, "aggregatetype", "type").awaitRecords(3)) {
            outbox.insert("b", 2);
            consumer.awaitRecords(5);
            assertThat(consumer.ids()).containsExactly("a0", "a1", "a2", "b0", "b1");
            assertThat(consumer.records.get(1).payload()).isEqualTo("payload 1".getBytes(UTF_8));
            assertThat(consumer.records.get(1).key()).isEqualTo("key".getBytes(UTF_8));
            assertThat(consumer.records.get(1).columns()).containsExactly("order", null);
        }
    }

    /** That would take a third of the time in which it reads. */
    @Test
    void debezium_describes_no_event_to_whoever_asks_by_jmx() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            outbox.insert("a", 3);
            consumer.awaitRecords(3);
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            Set<ObjectName> streams = beans.queryNames(new ObjectName("debezium.postgres:context=streaming,*"), null);
            assertThat(streams).isNotEmpty();
            for (ObjectName stream : streams) {
                assertThat(beans.getAttribute(stream, "TotalNumberOfEventsSeen"))
                        .isEqualTo(0L);
            }
        }
    }

    @Test
    void a_clean_stop_repeats_nothing_not_even_a_lone_row() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1).stopCleanly();
        }
        outbox.insert("b", 1);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            assertThat(consumer.ids()).containsExactly("b0");
        }
    }

    @Test
    void what_was_not_settled_comes_again() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 5);
        try (LogConsumer consumer = LogConsumer.of(outbox).settlingNothing()) {
            consumer.awaitRecords(5);
        }
        // The server may take a moment to see that the reader has gone.
        await().atMost(Duration.ofSeconds(10)).until(() -> outbox.streamer() == null);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(5)) {
            assertThat(consumer.ids()).isEqualTo(LoggedOutbox.ids("a", 5));
        }
    }

    /** Outboxes that are always empty, without a replica identity, and in partitions. */
    @Test
    void rows_that_were_deleted_at_once_come_in_order_from_partitions_too() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(
                database, "id text NOT NULL, aggregateid text, payload text, kind int", "PARTITION BY LIST (kind)");
        database.execute(
                "CREATE TABLE {t}_a PARTITION OF {t} FOR VALUES IN (0); CREATE TABLE {t}_b PARTITION OF {t} DEFAULT;"
                                .replace("{t}", outbox.table)
                        + "ALTER TABLE {t}_a REPLICA IDENTITY NOTHING; ALTER TABLE {t}_b REPLICA IDENTITY NOTHING"
                                .replace("{t}", outbox.table));
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            for (int i = 0; i < 6; i++) {
                database.execute("BEGIN; INSERT INTO {t} VALUES ('a{i}', 'key', '{i}', {i} % 2);"
                                .replace("{i}", "" + i)
                                .replace("{t}", outbox.table)
                        + "DELETE FROM " + outbox.table + "; COMMIT");
            }
            // A partition that is written to directly, and one that is new.
            database.execute("INSERT INTO " + outbox.table + "_a VALUES ('a6', 'key', '', 0)");
            database.execute("CREATE TABLE {t}_c PARTITION OF {t} FOR VALUES IN (9)".replace("{t}", outbox.table));
            database.execute("INSERT INTO " + outbox.table + " VALUES ('a7', 'key', '', 9)");
            consumer.awaitRecords(8);
            assertThat(consumer.ids()).isEqualTo(LoggedOutbox.ids("a", 8));
            assertThat(consumer.records.get(5).payload()).isEqualTo("5".getBytes(UTF_8));
        }
    }

    @Test
    void large_payloads_come_whole() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, "id text NOT NULL, aggregateid text, payload bytea");
        database.execute(
                "INSERT INTO " + outbox.table
                        + " SELECT 'a' || n, 'key', decode(repeat('0a' || n || 'b', 8388608), 'hex') FROM generate_series(0, 3) n");
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(4)) {
            assertThat(consumer.ids()).isEqualTo(LoggedOutbox.ids("a", 4));
            assertThat(consumer.records)
                    .allSatisfy(record -> assertThat(record.payload()).hasSize(16 << 20));
            assertThat(consumer.records.get(3).payload())
                    .startsWith(0x0a, 0x3b, 0x0a)
                    .endsWith(0x0a, 0x3b);
        }
    }
}
