package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
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
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(5)) {
            assertThat(consumer.ids()).isEqualTo(LoggedOutbox.ids("a", 5));
        }
    }
}
