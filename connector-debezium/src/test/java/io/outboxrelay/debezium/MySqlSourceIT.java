package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.testkit.MySqlPrograms;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows in, records out, and what a stop leaves behind, on MySQL's log. */
@ParameterizedClass
@EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
class MySqlSourceIT {

    @TempDir
    static Path directory;

    private static MySqlServer server;

    @Parameter
    MySqlOutbox.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(MySqlOutbox.Kind kind) throws SQLException {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        server = kind.start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @Test
    void delivers_every_row_once_in_order_with_what_routing_asks_for_whatever_the_table_is_called()
            throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.called(server, directory, "a,b \\E(x)");
        try (LogConsumer consumer = outbox.consumer("aggregatetype", "type").awaitOpen()) {
            outbox.insert("a", 3);
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
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1).stopCleanly();
        }
        outbox.insert("b", 1);
        try (LogConsumer consumer = outbox.consumer().awaitRecords(1)) {
            assertThat(consumer.ids()).containsExactly("b0");
        }
    }

    @Test
    void what_was_not_settled_comes_again_and_what_came_while_nobody_read_comes_too() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen().settlingNothing()) {
            outbox.insert("a", 5);
            consumer.awaitRecords(5);
        }
        server.execute("FLUSH BINARY LOGS");
        outbox.insert("b", 1);
        server.execute("FLUSH BINARY LOGS");
        try (LogConsumer consumer = outbox.consumer().awaitRecords(6)) {
            assertThat(consumer.ids()).containsExactly("a0", "a1", "a2", "a3", "a4", "b0");
        }
    }

    @Test
    void what_is_rolled_back_never_comes() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            server.execute("START TRANSACTION; INSERT INTO shop." + outbox.table + " (id) VALUES ('undone'); ROLLBACK");
            server.execute("START TRANSACTION; INSERT INTO shop." + outbox.table + " (id) VALUES ('kept'); SAVEPOINT s;"
                    + " INSERT INTO shop." + outbox.table + " (id) VALUES ('undone'); ROLLBACK TO s; COMMIT");
            outbox.insert("a", 1);
            consumer.awaitRecords(2);
            assertThat(consumer.ids()).containsExactly("kept", "a0");
        }
    }

    @Test
    void columns_that_changed_meanwhile_are_read_as_they_were_and_as_they_are() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer("type").awaitOpen().settlingNothing()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1);
        }
        server.execute(
                "ALTER TABLE shop." + outbox.table + " ADD COLUMN first_of_all INT FIRST, DROP COLUMN aggregatetype");
        outbox.insert("b", 1);
        for (int attempt = 0; attempt < 2; attempt++) {
            try (LogConsumer consumer =
                    outbox.consumer("type").settlingNothing().awaitRecords(2)) {
                assertThat(consumer.ids()).containsExactly("a0", "b0");
                assertThat(consumer.records.get(1).payload()).isEqualTo("payload 0".getBytes(UTF_8));
            }
        }
        try (LogConsumer consumer = outbox.consumer("type").awaitRecords(2)) {
            consumer.stopCleanly();
        }
        outbox.insert("c", 1);
        try (LogConsumer consumer = outbox.consumer("type").awaitRecords(1)) {
            assertThat(consumer.ids()).containsExactly("c0");
        }
    }

    @Test
    void a_log_that_was_purged_before_it_was_read_is_lost_and_never_silent() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1).stopCleanly();
        }
        outbox.insert("lost", 1);
        server.execute("FLUSH BINARY LOGS");
        server.execute("PURGE BINARY LOGS TO '" + lastLog() + "'");
        Failure failure = failure(outbox);
        assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
        assertThat(failure.summary()).contains("purged").contains("binlog_expire_logs_seconds");
    }

    private String lastLog() throws SQLException {
        try (var connection = server.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW BINARY LOGS")) {
            String last = "";
            while (rows.next()) {
                last = rows.getString(1);
            }
            return last;
        }
    }

    @Test
    void an_xa_transaction_is_refused_because_its_rows_are_in_the_log_before_its_outcome() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1);
            server.execute("XA START 'x" + outbox.table + "'; INSERT INTO shop." + outbox.table
                    + " (id) VALUES ('undone'); XA END 'x" + outbox.table + "'; XA PREPARE 'x" + outbox.table + "'");
            try {
                Failure failure = consumer.awaitFailure();
                assertThat(failure.summary()).contains("XA transaction");
                assertThat(consumer.ids()).containsExactly("a0");
            } finally {
                server.execute("XA ROLLBACK 'x" + outbox.table + "'");
            }
        }
    }

    @Test
    void statements_instead_of_rows_in_the_log_are_refused() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        server.execute("SET GLOBAL binlog_format = 'STATEMENT'");
        try {
            Failure failure = failure(outbox);
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains("binlog_format");
        } finally {
            server.execute("SET GLOBAL binlog_format = 'ROW'");
        }
    }

    @Test
    void two_relays_of_one_name_do_not_read_at_once() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            assertThat(failure(outbox).kind()).isEqualTo(FailureKind.FENCED);
            outbox.insert("a", 1);
            consumer.awaitRecords(1);
        }
    }

    @Test
    void a_server_whose_history_was_taken_away_is_lost_although_a_log_of_the_same_places_has_grown()
            throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        String reset = kind.programs == MySqlPrograms.NEWEST ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER";
        server.execute(reset + "; FLUSH TABLES");
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 3);
            consumer.awaitRecords(3).stopCleanly();
        }
        server.execute(reset + "; FLUSH TABLES");
        outbox.insert("b", 3);
        outbox.insert("c", 3);
        Failure failure = failure(outbox);
        assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
        assertThat(failure.summary()).contains("began its log anew");
    }

    @Test
    void a_server_that_crashes_is_waited_for_and_nothing_is_lost() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1).settlingNothing();
            outbox.insert("b", 2);
            consumer.awaitRecords(3);
            server.crash();
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure(outbox).kind()).isEqualTo(FailureKind.TRANSIENT);
        } finally {
            server.start();
        }
        outbox.insert("c", 1);
        try (LogConsumer consumer = awaitLast("c0", outbox.consumer())) {
            assertThat(consumer.ids()).endsWith("b0", "b1", "c0");
        }
    }

    @Test
    void a_table_that_is_dropped_while_it_is_read_is_noticed_and_read_again_once_it_is_back() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1);
            server.execute("RENAME TABLE shop." + outbox.table + " TO shop.elsewhere_" + outbox.table);
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains("there is no table shop." + outbox.table);
        }
        server.execute("RENAME TABLE shop.elsewhere_" + outbox.table + " TO shop." + outbox.table);
        outbox.insert("b", 1);
        awaitLast("b0", outbox.consumer()).close();
    }

    @Test
    void a_user_who_is_not_let_in_or_may_not_read_the_log_is_told_so() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        Failure refused =
                failure(outbox, outbox.settings(ConnectionSettings.of(server.url("shop"), "log_reader", "wrong-pw")));
        assertThat(refused.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(refused.loginRefused()).isTrue();
        assertThat(refused.summary()).doesNotContain("wrong-pw");

        server.execute(
                "CREATE USER IF NOT EXISTS half@'%' IDENTIFIED BY 's3cret-pw'; GRANT SELECT ON shop.* TO half@'%'");
        Failure half = failure(outbox, outbox.settings(ConnectionSettings.of(server.url("shop"), "half", "s3cret-pw")));
        assertThat(half.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(half.summary()).contains("REPLICATION CLIENT");
    }

    /** Takes until the record with this id came; what was not settled before comes first. */
    private static LogConsumer awaitLast(String id, LogConsumer consumer) {
        await().until(() -> {
            consumer.take();
            return consumer.ids().contains(id);
        });
        return consumer;
    }

    private static Failure failure(MySqlOutbox outbox) {
        return failure(outbox, outbox.settings());
    }

    private static Failure failure(MySqlOutbox outbox, DebeziumSettings settings) {
        try (LogConsumer consumer = LogConsumer.of(outbox.source(settings))) {
            return consumer.awaitFailure();
        }
    }
}
