package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PollingSourceIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void delivers_what_stands_in_the_table_and_then_what_comes() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        outbox.insert("a", "b");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(2);
            outbox.insert("c");
            consumer.awaitRecords(3);
            assertThat(consumer.ids()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void reports_a_commit_only_when_the_rows_are_gone_for_good() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        outbox.insert("a", "b", "c");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            Position second = consumer.awaitRecords(3).get(1).position();
            assertThat(outbox.standing()).containsExactly("a", "b", "c");
            consumer.source.commit(second);
            consumer.awaitCommitted(second);
            assertThat(outbox.standing()).containsExactly("c");
            assertThat(consumer.committed).containsExactly(second);
        }
    }

    @Test
    void a_commit_of_the_checkpoint_alone_is_reported_as_well() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            Position checkpoint = consumer.entries.get(0).position();
            consumer.source.commit(checkpoint);
            consumer.awaitCommitted(checkpoint);
        }
    }

    @Test
    void drains_a_backlog_of_many_pages_in_order() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database).reading(700, 8 << 20);
        outbox.insertMany("e", 1, 20_000);
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(20_000);
            List<String> ids = consumer.ids();
            assertThat(IntStream.range(0, 20_000).filter(n -> !ids.get(n).equals("e" + (n + 1))))
                    .isEmpty();
            await().atMost(Duration.ofSeconds(10)).until(() -> outbox.standing().isEmpty());
        }
    }

    @Test
    void what_was_not_committed_comes_again_in_the_next_session() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        outbox.insert("a", "b", "c");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            Position first = consumer.awaitRecords(3).get(0).position();
            consumer.source.commit(first);
            consumer.awaitCommitted(first);
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(2);
            assertThat(consumer.ids()).containsExactly("b", "c");
        }
    }

    @Test
    void a_row_that_commits_late_below_the_frontier_is_delivered_late() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen();
                Connection late = database.connect()) {
            late.setAutoCommit(false);
            outbox.insert(late, "late");
            outbox.insert("early");
            consumer.awaitRecords(1);
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                consumer.take();
                return outbox.standing().isEmpty();
            });
            late.commit();
            consumer.awaitRecords(2);
            assertThat(consumer.ids()).containsExactly("early", "late");
            assertThat(consumer.counters.sweptRows()).isZero();
        }
    }

    @Test
    void a_second_source_is_fenced_while_the_first_one_runs_and_then_takes_over() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (TestConsumer first = TestConsumer.of(outbox).awaitOpen()) {
            try (TestConsumer second = TestConsumer.of(outbox)) {
                Failure failure = second.awaitFailure();
                assertThat(failure.kind()).isEqualTo(FailureKind.FENCED);
            }
            assertThat(first.entries).hasSize(1);
        }
        TestConsumer.of(outbox).awaitOpen().close();
    }

    @Test
    void columns_that_routing_asks_for_come_as_text_in_its_order() throws SQLException {
        OutboxFixture outbox = OutboxFixture.of(
                database, "id uuid NOT NULL, key bigint, payload jsonb, at timestamptz, n numeric, note text");
        database.execute(
                "INSERT INTO " + outbox.table() + " (id, key, payload, at, n) VALUES"
                        + " ('00000000-0000-0000-0000-00000000000a', 7, '{\"b\": 1, \"a\":2}', '2026-01-02 03:04:05.6+02', 1.50)");
        try (TestConsumer consumer =
                TestConsumer.of(outbox, "note", "n", "at", "key").awaitOpen()) {
            var record = consumer.awaitRecords(1).get(0);
            assertThat(record.id()).isEqualTo("00000000-0000-0000-0000-00000000000a");
            assertThat(record.key()).asString().isEqualTo("7");
            assertThat(record.payload()).asString().isEqualTo("{\"a\": 2, \"b\": 1}");
            assertThat(record.columns()).containsExactly(null, "1.50", "2026-01-02 01:04:05.6+00", "7");
        }
    }

    @Test
    void a_lost_connection_is_a_transient_failure() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            outbox.query("SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_class c ON c.relname = '"
                    + outbox.table() + "' WHERE locktype = 'advisory' AND objid = c.oid");
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
    }

    @Test
    void entries_are_taken_within_the_bounds_that_the_engine_gives() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        outbox.insertMany("e", 1, 100);
        try (TestConsumer consumer = TestConsumer.of(outbox).taking(0, 1)) {
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                consumer.take();
                return consumer.source.poll(1, 1).entries().size() == 1;
            });
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            consumer.source.poll(5, Long.MAX_VALUE).entries().size() == 5);
            assertThat(consumer.source.poll(5, 1).entries()).hasSize(1);
            assertThat(consumer.source.poll(5, 0).entries()).isEqualTo(List.of());
        }
    }
}
