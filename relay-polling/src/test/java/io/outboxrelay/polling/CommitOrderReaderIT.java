package io.outboxrelay.polling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reading in the order of commit timestamps, whatever the numbers say. */
class CommitOrderReaderIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static EmbeddedDatabase database;
    private static int tables;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void what_committed_first_comes_first_though_its_number_was_drawn_later() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database).byCommitTimestamp();
        try (Connection drawnFirst = open();
                Connection drawnSecond = open()) {
            outbox.insert(drawnFirst, "b1");
            outbox.insert(drawnSecond, "a1");
            outbox.insert(drawnFirst, "b2");
            drawnSecond.commit();
            drawnFirst.commit();
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).committing()) {
            consumer.awaitRecords(3);
            assertThat(consumer.ids()).containsExactly("a1", "b1", "b2");
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
    }

    @Test
    void subtransactions_count_from_the_end_of_the_whole_and_prepared_ones_from_their_commit() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database).byCommitTimestamp();
        try (Connection prepared = open();
                Connection nested = open();
                Connection meanwhile = open()) {
            outbox.insert(prepared, "prepared1");
            OutboxFixture.execute(prepared, "SAVEPOINT a");
            outbox.insert(prepared, "prepared2");
            OutboxFixture.execute(prepared, "PREPARE TRANSACTION 'waiting'");
            outbox.insert(nested, "nested1");
            OutboxFixture.execute(nested, "SAVEPOINT a");
            outbox.insert(nested, "nested2");
            OutboxFixture.execute(nested, "SAVEPOINT b");
            outbox.insert(nested, "undone");
            OutboxFixture.execute(nested, "ROLLBACK TO b");
            outbox.insert(meanwhile, "meanwhile");
            meanwhile.commit();
            outbox.insert(nested, "nested3");
            nested.commit();
            outbox.insert("after");
        }
        database.execute("COMMIT PREPARED 'waiting'");
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            consumer.awaitRecords(7);
            assertThat(consumer.ids())
                    .containsExactly("meanwhile", "nested1", "nested2", "nested3", "after", "prepared1", "prepared2");
        }
    }

    @Test
    void numbers_may_be_any_and_rounds_pages_and_bytes_of_any_size() throws SQLException {
        OutboxFixture outbox = create("seq bigint PRIMARY KEY, id text, key text, payload text");
        int rows = 400;
        try (Connection writer = open()) {
            for (int i = 0; i < rows; i++) {
                long number = i == 7 ? Long.MAX_VALUE : i == 8 ? Long.MIN_VALUE : (i % 2 == 0 ? i : -i) * 1_000_003L;
                int payload = i % 50 == 3 ? 300_000 : i % 7 * 1_000;
                OutboxFixture.execute(
                        writer,
                        "INSERT INTO " + outbox.table() + " VALUES ('" + number + "', 'e" + i + "', 'k', repeat('x', "
                                + payload + "))");
                writer.commit();
            }
        }
        ReaderRules.Rounds right = ReaderRules.PRODUCTION.rounds();
        try (TestConsumer consumer = TestConsumer.of(
                        outbox.reading(30, 100_000),
                        ReaderRules.PRODUCTION.withRounds(70, right.rule()),
                        new PostgresConnections(outbox.settings().connection())::open)
                .committing()) {
            consumer.awaitRecords(rows);
            assertThat(consumer.ids())
                    .containsExactlyElementsOf(
                            IntStream.range(0, rows).mapToObj(i -> "e" + i).toList());
            await().atMost(PATIENCE).until(() -> {
                consumer.take();
                return outbox.standing().isEmpty();
            });
            assertThat(consumer.records()).hasSize(rows);
            assertThat(consumer.counters.missingDeletes()).isZero();
        }
    }

    @Test
    void what_commits_while_a_round_is_read_comes_behind_it() throws SQLException {
        OutboxFixture outbox =
                OutboxFixture.ordinary(database).byCommitTimestamp().reading(2, 8 << 20);
        try (Connection late = open();
                TestConsumer consumer = TestConsumer.of(outbox).taking(1, Long.MAX_VALUE)) {
            consumer.awaitOpen();
            outbox.insert(late, "late");
            outbox.insertMany("e", 1, 20);
            consumer.awaitRecords(1);
            late.commit();
            consumer.awaitRecords(21);
            assertThat(consumer.ids()).startsWith("e1", "e2").endsWith("e20", "late");
        }
    }

    @Test
    void another_row_under_the_number_of_a_published_one_is_published_before_it_is_deleted() throws SQLException {
        OutboxFixture outbox = create("seq bigint PRIMARY KEY, id text, key text, payload text");
        database.execute("INSERT INTO " + outbox.table() + " VALUES (1, 'former', 'k', 'p')");
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            consumer.awaitRecords(1);
            database.execute("DELETE FROM " + outbox.table() + " WHERE seq = 1; INSERT INTO " + outbox.table()
                    + " VALUES (1, 'latter', 'k', 'p')");
            consumer.commitAll();
            consumer.awaitRecords(2);
            assertThat(consumer.ids()).containsExactly("former", "latter");
            assertThat(consumer.counters.missingDeletes()).isEqualTo(1);
            consumer.commitAll();
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
    }

    @Test
    void a_row_that_the_application_updates_is_as_late_as_its_update_and_read_once() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database).byCommitTimestamp();
        outbox.insert("a", "b");
        database.execute("UPDATE " + outbox.table() + " SET payload = 'changed' WHERE id = 'a'");
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            List<OutboxRecord> records = consumer.awaitRecords(2);
            assertThat(consumer.ids()).containsExactly("b", "a");
            assertThat(new String(records.get(1).payload(), UTF_8)).isEqualTo("changed");
            database.execute("UPDATE " + outbox.table() + " SET payload = 'again'");
            outbox.insert("c");
            consumer.awaitRecords(3);
            consumer.commitAll();
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
    }

    @Test
    void a_row_without_an_id_stops_it_once_everything_before_is_published() throws SQLException {
        OutboxFixture outbox = create("seq bigint PRIMARY KEY, id text, key text, payload text");
        for (String row : List.of("(9, 'a', 'k', 'p')", "(3, NULL, 'k', 'p')", "(1, 'b', 'k', 'p')")) {
            database.execute("INSERT INTO " + outbox.table() + " VALUES " + row);
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).committing()) {
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.POISON);
            assertThat(failure.summary()).contains("its number is 3");
            assertThat(consumer.ids()).containsExactly("a");
            assertThat(outbox.query("SELECT seq FROM " + outbox.table())).containsExactlyInAnyOrder("1", "3");
        }
    }

    @Test
    void rows_whose_commit_has_no_timestamp_come_first_by_number_and_are_counted() throws SQLException {
        try (EmbeddedDatabase server = EmbeddedDatabase.started()) {
            OutboxFixture outbox = OutboxFixture.ordinary(server).byCommitTimestamp();
            outbox.insert("before2", "before1");
            server.execute("UPDATE " + outbox.table() + " SET note = 'later'  WHERE id = 'before2'");
            server.execute("ALTER SYSTEM SET track_commit_timestamp = on");
            server.stop();
            server.start();
            outbox.insert("old");
            server.execute("ALTER DATABASE template0 ALLOW_CONNECTIONS true");
            for (String name : List.of("postgres", "template0", "template1")) {
                // The server forgets the times of everything that is frozen in every database.
                server.execute(name, "VACUUM FREEZE");
            }
            outbox.insert("timed1", "timed2");
            try (TestConsumer consumer = TestConsumer.of(outbox)) {
                consumer.awaitRecords(5);
                assertThat(consumer.ids()).containsExactly("before2", "before1", "old", "timed1", "timed2");
                assertThat(consumer.counters.untimedRows()).isEqualTo(3);
            }
        }
    }

    @Test
    void a_clock_that_is_set_back_is_noticed() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database).byCommitTimestamp();
        AtomicBoolean asked = new AtomicBoolean();
        AtomicBoolean setBack = new AtomicBoolean();
        RewrittenSql clock =
                new RewrittenSql(new PostgresConnections(outbox.settings().connection())::open, sql -> {
                    // Decided before it is noted: the first answer, which all others are compared with, is the right
                    // one.
                    boolean wrong = setBack.get();
                    if (sql.contains("clock_timestamp()")) {
                        asked.set(true);
                    }
                    return wrong
                            ? sql.replace("pg_catalog.clock_timestamp()", "(clock_timestamp() - interval '3 seconds')")
                            : sql;
                });
        try (TestConsumer consumer = TestConsumer.of(outbox, ReaderRules.PRODUCTION, clock::open)) {
            outbox.insert("a");
            consumer.awaitRecords(1);
            await().atMost(PATIENCE).untilTrue(asked);
            assertThat(consumer.counters.clocksSetBack()).isZero();
            setBack.set(true);
            await().atMost(PATIENCE).until(() -> consumer.counters.clocksSetBack() == 1);
        }
    }

    @Test
    void a_server_that_no_longer_notes_timestamps_is_told_of_with_the_remedy() throws SQLException {
        try (EmbeddedDatabase server = EmbeddedDatabase.started()) {
            OutboxFixture outbox = OutboxFixture.ordinary(server).byCommitTimestamp();
            try (TestConsumer consumer = TestConsumer.of(outbox)) {
                Failure failure = consumer.awaitFailure();
                assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
                assertThat(failure.summary())
                        .contains("track_commit_timestamp is off")
                        .contains("restart the server");
            }
        }
    }

    private static Connection open() throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    private static OutboxFixture create(String columns) throws SQLException {
        String table = "committed_" + ++tables;
        database.execute("CREATE TABLE " + table + " (" + columns + ")");
        return OutboxFixture.existing(database, table, new Columns("id", "seq", "key", "payload"))
                .byCommitTimestamp();
    }
}
