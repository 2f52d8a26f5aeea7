package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What keeps a source from getting on is told after a few seconds, though the source has not failed. */
class HindranceIT {

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
    void a_table_that_somebody_locks_is_told_with_a_remedy_that_finds_out_who() throws SQLException {
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection migration = database.connect()) {
            migration.setAutoCommit(false);
            OutboxFixture.execute(migration, "LOCK TABLE " + outbox.table() + " IN ACCESS EXCLUSIVE MODE");
            Failure hindrance = consumer.awaitHindrance();

            assertThat(hindrance.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(hindrance.summary()).contains("nothing can be read from public." + outbox.table());
            assertThat(outbox.query(who(hindrance)))
                    .first()
                    .isEqualTo(Integer.toString(
                            migration.unwrap(PGConnection.class).getBackendPID()));
            migration.rollback();
            awaitUnhindered(consumer);
        }
    }

    @Test
    void a_lock_on_the_sequence_by_which_kept_rows_are_told_is_found_out_too() throws SQLException {
        outbox.keeping();
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection migration = database.connect()) {
            migration.setAutoCommit(false);
            OutboxFixture.execute(migration, "ALTER SEQUENCE " + outbox.table() + "_seq_seq RENAME TO other");
            assertThat(outbox.query(who(consumer.awaitHindrance())))
                    .first()
                    .isEqualTo(Integer.toString(
                            migration.unwrap(PGConnection.class).getBackendPID()));
            migration.rollback();
            awaitUnhindered(consumer);
        }
    }

    @Test
    void a_prepared_transaction_that_locks_a_partition_is_found_out_too() throws SQLException {
        database.execute("CREATE TABLE parts (LIKE " + outbox.table() + ", seq2 bigint GENERATED ALWAYS AS IDENTITY,"
                + " PRIMARY KEY (seq2)) PARTITION BY HASH (seq2); ALTER TABLE parts DROP COLUMN seq;"
                + " CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)");
        OutboxFixture parts =
                OutboxFixture.existing(database, "parts", new PollingSettings.Columns("id", "seq2", "key", "payload"));
        try (TestConsumer consumer = TestConsumer.of(parts).awaitOpen();
                Connection migration = database.connect()) {
            OutboxFixture.execute(migration, "BEGIN; LOCK TABLE part; PREPARE TRANSACTION 'migration'");
            try {
                String query = who(consumer.awaitHindrance());
                assertThat(outbox.query("SELECT prepared FROM (" + query + ") who"))
                        .first()
                        .isEqualTo("migration");
            } finally {
                OutboxFixture.execute(migration, "ROLLBACK PREPARED 'migration'");
            }
            awaitUnhindered(consumer);
        }
    }

    @Test
    void rows_that_somebody_holds_are_told_once_nothing_more_fits_into_the_window() throws SQLException {
        outbox.insert("a", "b");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection application = database.connect()) {
            Position second = consumer.awaitRecords(2).get(1).position();
            application.setAutoCommit(false);
            OutboxFixture.execute(application, "SELECT 1 FROM " + outbox.table() + " WHERE id = 'a' FOR UPDATE");
            consumer.source.commit(second);
            await().during(Duration.ofSeconds(7))
                    .atMost(PATIENCE)
                    .until(() -> consumer.take().hindrance() == null);

            consumer.taking(0, 0);
            assertThat(consumer.awaitHindrance().summary())
                    .contains("published rows cannot be deleted from public." + outbox.table());
            application.rollback();
            awaitUnhindered(consumer);
            assertThat(outbox.standing()).isEmpty();
        }
    }

    @Test
    void a_server_that_does_not_answer_is_told_before_its_connection_is_given_up() throws Exception {
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            String pid = outbox.query("SELECT pid FROM pg_locks JOIN pg_class c ON c.relname = '" + outbox.table()
                            + "' WHERE locktype = 'advisory' AND objid = c.oid")
                    .get(0);
            signal("STOP", pid);
            try {
                assertThat(consumer.awaitHindrance().summary())
                        .contains("the database has not answered for 5 s, at jdbc:postgresql:", "has taken 8.0 s");
            } finally {
                signal("CONT", pid);
            }
            awaitUnhindered(consumer);
        }
    }

    @Test
    void a_statement_that_takes_too_long_is_told_and_the_next_session_gives_it_twice_the_time() throws SQLException {
        SessionLineage lineage = new SessionLineage(new PollingCounters(), new Patience(Duration.ofMillis(300)));
        AtomicReference<Connection> opened = new AtomicReference<>();
        Supplier<OutboxSource> sources =
                PollingSource.factory(outbox.settings(), new OutboxColumns(List.of()), lineage, () -> {
                    opened.set(new PostgresConnections(outbox.settings().connection()).open());
                    return opened.get();
                });
        try (TestConsumer consumer = TestConsumer.of(sources.get()).awaitOpen();
                Connection migration = database.connect()) {
            migration.setAutoCommit(false);
            OutboxFixture.execute(migration, "LOCK TABLE " + outbox.table() + " IN ACCESS EXCLUSIVE MODE");
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).contains("took longer than 0.3 s", "gives it 0.6 s", "VACUUM");
        }
        try (TestConsumer consumer = TestConsumer.of(sources.get()).awaitOpen()) {
            // A sweep has a limit of its own, for some milliseconds.
            await().atMost(Duration.ofSeconds(5)).until(() -> statementTimeout(opened.get()), "600ms"::equals);
            assertThat(lineage.patience().statement()).isEqualTo(Duration.ofMillis(600));
        }
    }

    private static String statementTimeout(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW statement_timeout")) {
            row.next();
            return row.getString(1);
        }
    }

    /** The query that the remedy gives. */
    private static String who(Failure hindrance) {
        String remedy = hindrance.problems().get(0).remedy();
        return remedy.substring(remedy.indexOf("SELECT"), remedy.indexOf(';'));
    }

    private static void awaitUnhindered(TestConsumer consumer) {
        await().atMost(Duration.ofSeconds(5)).until(() -> consumer.take().hindrance() == null);
    }

    private static void signal(String name, String pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
    }
}
