package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Outboxes without a table: events are messages in the log. */
class MessageOutboxIT {

    /** Debezium's lists would end at the comma, and drop the blank. */
    private static final String PREFIX = "shop, \u00e9";

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static String emit(String prefix, String json) {
        return "SELECT pg_logical_emit_message(true, '" + prefix + "', '" + json + "');";
    }

    @Test
    void messages_of_committed_transactions_are_events_in_their_order() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.ofMessages(database, PREFIX);
        try (LogConsumer consumer =
                LogConsumer.of(outbox, "aggregatetype", "type", "traceparent").awaitOpen()) {
            database.execute("BEGIN;"
                    + emit(
                            PREFIX,
                            "{\"id\":\"a\",\"aggregatetype\":\"order\",\"aggregateid\":7,\"type\":\"Placed\","
                                    + "\"payload\":{\"b\" : [1.50, \"\u00e9\"]},\"headers\":{\"traceparent\":\"00-1\"}}")
                    + emit(PREFIX, "{\"id\":2,\"payload\":\"plain\"}") + emit("other", "{\"id\":\"x\"}") + "COMMIT");
            database.execute("BEGIN;" + emit(PREFIX, "{\"id\":\"undone\"}") + "ROLLBACK");
            database.execute(
                    "BEGIN; SELECT pg_logical_emit_message(false, '" + PREFIX + "', '{\"id\":\"never\"}'); ROLLBACK");
            database.execute(emit(PREFIX, "{\"id\":\"c\"}"));
            consumer.awaitRecords(3);
            assertThat(consumer.ids()).containsExactly("a", "2", "c");
            assertThat(consumer.records.get(0).columns()).containsExactly("order", "Placed", "00-1");
            assertThat(consumer.records.get(0).key()).isEqualTo("7".getBytes(UTF_8));
            assertThat(consumer.records.get(0).payload()).isEqualTo("{\"b\" : [1.50, \"\u00e9\"]}".getBytes(UTF_8));
            assertThat(consumer.records.get(1).payload()).isEqualTo("plain".getBytes(UTF_8));
            assertThat(consumer.records.get(2).payload()).isNull();
            consumer.stopCleanly();
        }
        database.execute(emit(PREFIX, "{\"id\":\"d\"}"));
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            assertThat(consumer.ids()).containsExactly("d");
        }
    }

    @Test
    void what_is_no_event_stops_the_relay_behind_all_that_came_before_and_says_where_it_stands() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.ofMessages(database, "strict");
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            database.execute(emit("strict", "{\"id\":\"a\"}"));
            String before = outbox.ask("SELECT pg_current_wal_insert_lsn()");
            database.execute(emit("strict", "{\"id\":\"b\",\"aggregate_id\":1}"));
            database.execute(emit("strict", "{\"id\":\"c\"}"));
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.POISON);
            assertThat(failure.summary()).contains("member that no event has").doesNotContain("aggregate_id");
            String place = failure.summary().replaceAll(".* at ([0-9A-F]+/[0-9A-F]+) is no event.*", "$1");
            assertThat(outbox.ask("SELECT '" + place + "'::pg_lsn - '" + before + "'::pg_lsn < 200"))
                    .isEqualTo("t");
            assertThat(consumer.ids()).containsExactly("a");
        }
        try (LogConsumer consumer = LogConsumer.of(outbox)) {
            consumer.awaitFailure();
            assertThat(consumer.ids())
                    .as("what was published before it is not published again")
                    .isEmpty();
        }
    }

    /** As docs/cdc.md says. */
    @Test
    void what_is_no_event_can_be_passed_over_and_nothing_else_with_it() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.ofMessages(database, "passed");
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            database.execute(emit("passed", "{\"id\":\"a\"}"));
            database.execute(emit("passed", "no event"));
            database.execute(emit("passed", "{\"id\":\"c\"}"));
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.POISON);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> outbox.streamer() == null);
        String changes = "pg_logical_slot_@_binary_changes('outbox_relay', NULL, 1,";
        Matcher documented = Pattern.compile("SELECT [^;`]*_(peek|get)_binary_changes[^;]*;")
                .matcher(Files.readString(
                        Path.of(System.getProperty("outboxrelay.root")).resolve("docs/cdc.md")));
        int statements = 0;
        while (documented.find()) {
            statements++;
            assertThat(documented.group()).contains(changes.replace("@", documented.group(1)));
            outbox.ask(documented.group().replace("outbox_relay", outbox.slot));
        }
        assertThat(statements).isEqualTo(2);
        outbox.forget();
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            assertThat(consumer.ids()).containsExactly("c");
        }
    }
}
