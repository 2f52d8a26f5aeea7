package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What applications, operators and poolers do to the table, the sequence and the session while the source runs. */
class TroubleIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static EmbeddedDatabase database;
    private OutboxFixture outbox;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void create() throws SQLException {
        outbox = OutboxFixture.ordinary(database);
    }

    @Test
    void a_sequence_set_back_ends_the_session() throws SQLException {
        outbox.insert("a", "b", "c");
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(3);
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
            outbox.query("SELECT setval(pg_get_serial_sequence('" + outbox.table() + "', 'seq'), 1)");
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).contains("went back to 1");
        }
        outbox.insert("d");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(1);
            assertThat(consumer.ids()).containsExactly("d");
        }
    }

    @Test
    void numbers_that_were_drawn_again_delete_nothing_that_was_not_read() throws SQLException {
        outbox.insertMany("old", 1, 60);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(60);
            database.execute("TRUNCATE " + outbox.table() + " RESTART IDENTITY");
            outbox.insertMany("new", 1, 30);
            consumer.commitAll();
            assertThat(consumer.awaitFailure().summary()).containsAnyOf("the sequence restarted", "was written anew");
        }
        assertThat(outbox.standing()).hasSize(30);
    }

    @Test
    void numbers_drawn_again_beyond_those_that_were_read_delete_nothing_either() throws SQLException {
        outbox.insertMany("old", 1, 60);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(60);
            // In one transaction, so that no look at the sequence falls in between.
            database.execute("BEGIN; TRUNCATE " + outbox.table() + " RESTART IDENTITY; INSERT INTO " + outbox.table()
                    + " (id, key, payload) SELECT 'new' || n, 'k', 'p' FROM generate_series(1, 90) n; COMMIT");
            consumer.commitAll();
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
        assertThat(outbox.standing()).hasSize(90);
    }

    @Test
    void a_table_replaced_by_another_ends_the_session() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            database.execute("ALTER TABLE " + outbox.table() + " RENAME TO " + outbox.table() + "_old; CREATE TABLE "
                    + outbox.table()
                    + " (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL, key text,"
                    + " payload text)");
            outbox.insert("new");
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(1);
            assertThat(consumer.ids()).containsExactly("new");
        }
    }

    @Test
    void statements_that_land_on_a_foreign_session_end_ours() throws SQLException {
        AtomicReference<Connection> opened = new AtomicReference<>();
        try (TestConsumer consumer = TestConsumer.of(outbox, ReaderRules.PRODUCTION, capturing(opened))
                .awaitOpen()) {
            OutboxFixture.execute(opened.get(), "SELECT set_config('outbox_relay.session', 'of another', false)");
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).contains("pooler");
        }
    }

    @Test
    void rows_that_others_deleted_are_counted_and_hold_nothing_up() throws SQLException {
        outbox.insert("a", "b", "c");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            Position last = consumer.awaitRecords(3).get(2).position();
            database.execute("DELETE FROM " + outbox.table() + " WHERE id <> 'b'");
            consumer.source.commit(last);
            consumer.awaitCommitted(last);
            assertThat(consumer.counters.missingDeletes()).isEqualTo(2);
            assertThat(consumer.counters.rowsDeleted()).isEqualTo(1);
            assertThat(outbox.standing()).isEmpty();
        }
    }

    @Test
    void rows_that_the_application_holds_are_deleted_later_and_reading_goes_on() throws SQLException {
        outbox.insert("a", "b");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection application = database.connect()) {
            Position second = consumer.awaitRecords(2).get(1).position();
            application.setAutoCommit(false);
            OutboxFixture.execute(application, "SELECT 1 FROM " + outbox.table() + " WHERE id = 'a' FOR UPDATE");
            consumer.source.commit(second);
            outbox.insert("c");
            consumer.awaitRecords(3);
            await().during(Duration.ofMillis(1_500)).atMost(PATIENCE).until(() -> {
                consumer.take();
                return consumer.committed.isEmpty();
            });
            outbox.insert("d");
            consumer.awaitRecords(4);
            application.rollback();
            consumer.awaitCommitted(second);
            assertThat(outbox.standing()).containsExactly("c", "d");
            assertThat(consumer.counters.missingDeletes()).isZero();
        }
    }

    @Test
    void a_table_locked_by_a_migration_only_delays() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection migration = database.connect()) {
            migration.setAutoCommit(false);
            outbox.insert(migration, "a");
            OutboxFixture.execute(migration, "LOCK TABLE " + outbox.table() + " IN ACCESS EXCLUSIVE MODE");
            await().during(Duration.ofMillis(2_500)).atMost(PATIENCE).until(() -> {
                consumer.take();
                return consumer.records().isEmpty();
            });
            migration.commit();
            consumer.awaitRecords(1);
        }
    }

    @Test
    void closing_does_not_wait_for_a_server_that_does_not_answer() throws Exception {
        outbox.insert("a");
        TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
        consumer.awaitRecords(1);
        String pid = outbox.query("SELECT pid FROM pg_locks JOIN pg_class c ON c.relname = '" + outbox.table()
                        + "' WHERE locktype = 'advisory' AND objid = c.oid")
                .get(0);
        signal("STOP", pid);
        try {
            long start = System.nanoTime();
            consumer.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        } finally {
            signal("CONT", pid);
        }
        await().atMost(PATIENCE).until(() -> {
            try (TestConsumer next = TestConsumer.of(outbox)) {
                next.awaitOpen();
                return true;
            } catch (RelayException fenced) {
                assertThat(fenced.failure().kind()).isEqualTo(FailureKind.FENCED);
                return false;
            }
        });
    }

    @Test
    void a_row_without_an_id_stops_the_source_behind_what_came_before_it_and_leaves_the_lock_free()
            throws SQLException {
        OutboxFixture careless = OutboxFixture.of(database, "id text, key text, payload text");
        careless.insertMany("e", 1, 20_000);
        database.execute("UPDATE " + careless.table() + " SET id = NULL WHERE seq = 3");
        for (int i = 0; i < 2; i++) {
            try (TestConsumer consumer = TestConsumer.of(careless).committing()) {
                Failure failure = consumer.awaitFailure();
                assertThat(consumer.records()).hasSize(i == 0 ? 2 : 0);
                assertThat(failure.kind()).isEqualTo(FailureKind.POISON);
                assertThat(failure.summary()).contains("number is 3");
            }
        }
    }

    @Test
    void a_closed_source_leaves_the_lock_to_the_next_one_at_once() throws SQLException {
        for (int i = 0; i < 5; i++) {
            TestConsumer.of(outbox).awaitOpen().close();
        }
    }

    @Test
    void a_row_under_a_number_that_was_given_up_is_swept_and_alarmed_about() throws SQLException {
        outbox.insert("a", "b", "c");
        database.execute("DELETE FROM " + outbox.table() + " WHERE id = 'b'");
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(2);
            await().during(Duration.ofMillis(600)).atMost(PATIENCE).until(() -> {
                consumer.take();
                return consumer.records().size() == 2;
            });
            // Not drawn from the sequence: no lock on it announces this row.
            database.execute("INSERT INTO " + outbox.table()
                    + " (seq, id, key, payload) OVERRIDING SYSTEM VALUE VALUES (2, 'smuggled', 'k', 'p')");
            consumer.awaitRecords(3);
            assertThat(consumer.ids()).containsExactly("a", "c", "smuggled");
            assertThat(consumer.counters.sweptRows()).isEqualTo(1);
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
    }

    @Test
    void a_delete_run_over_rows_never_read_is_rolled_back() throws SQLException {
        for (int i = 1; i <= 60; i++) {
            outbox.insert("e" + i);
        }
        database.execute("DELETE FROM " + outbox.table() + " WHERE seq = 30");
        ReaderRules wrong = ReaderRules.PRODUCTION.withRuns((previous, next, frontier) -> true);
        try (TestConsumer consumer =
                TestConsumer.of(outbox, wrong, connections()).awaitOpen()) {
            consumer.awaitRecords(59);
            database.execute("INSERT INTO " + outbox.table()
                    + " (seq, id, key, payload) OVERRIDING SYSTEM VALUE VALUES (30, 'never read', 'k', 'p')");
            consumer.commitAll();
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.BUG);
            assertThat(outbox.standing()).hasSize(60);
        }
    }

    private Supplier<Connection> connections() {
        return new PostgresConnections(outbox.settings().connection())::open;
    }

    private Supplier<Connection> capturing(AtomicReference<Connection> opened) {
        return () -> {
            Connection connection = connections().get();
            opened.set(connection);
            return connection;
        };
    }

    private static void signal(String name, String pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
    }
}
