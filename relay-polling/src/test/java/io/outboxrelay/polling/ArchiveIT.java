package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Published rows move to the archive: whole, once, and in the statement that deletes them or not at all. */
class ArchiveIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static EmbeddedDatabase database;
    private OutboxFixture outbox;

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

    @BeforeEach
    void create() throws SQLException {
        outbox = OutboxFixture.ordinary(database).archiving();
    }

    @Test
    void rows_move_as_they_are_whatever_their_columns_hold() throws SQLException {
        OutboxFixture motley = OutboxFixture.of(
                        database,
                        "id text NOT NULL, key text, payload bytea, \"Odd; name\" jsonb, many numeric[], empty text,"
                                + " at timestamptz DEFAULT clock_timestamp(),"
                                + " doubled text GENERATED ALWAYS AS (id || id) STORED, dropped int")
                .archiving();
        database.execute("ALTER TABLE " + motley.table() + " DROP COLUMN dropped; ALTER TABLE " + motley.table()
                + "_archive ADD COLUMN shelf bigserial, ADD COLUMN since timestamptz NOT NULL DEFAULT now()");
        database.execute(
                "INSERT INTO " + motley.table() + " (id, key, payload, \"Odd; name\", many) SELECT 'e' || n, 'k',"
                        + " sha256(n::text::bytea), jsonb_build_object('n', n, 'quote', '\"'), ARRAY[n, NULL, n / 7.0]"
                        + " FROM generate_series(1, 3000) n");
        String columns = "seq, id, key, payload, \"Odd; name\", many, empty, at, doubled";
        String digest = "SELECT count(*) || md5(string_agg((t.*)::text, ',' ORDER BY seq)) FROM (SELECT " + columns
                + " FROM %s) t";
        String before = motley.query(digest.formatted(motley.table())).get(0);

        try (TestConsumer consumer = TestConsumer.of(motley).committing().awaitOpen()) {
            consumer.awaitRecords(3_000);
            await().atMost(PATIENCE).until(() -> motley.standing().isEmpty());
            assertThat(consumer.counters.rowsDeleted()).isEqualTo(3_000);
            assertThat(consumer.counters.missingDeletes()).isZero();
        }

        assertThat(motley.query(digest.formatted(motley.table() + "_archive"))).containsExactly(before);
    }

    @Test
    void without_order_rows_move_as_well() throws SQLException {
        database.execute("CREATE UNIQUE INDEX ON " + outbox.table() + " (id)");
        allMove(outbox.unordered());
    }

    @Test
    void in_the_order_of_commits_rows_move_as_well() throws SQLException {
        allMove(outbox.byCommitTimestamp());
    }

    private void allMove(OutboxFixture outbox) throws SQLException {
        outbox.insertMany("e", 1, 2_000);
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(2_000);
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
        assertThat(archived()).isEqualTo(2_000);
    }

    @Test
    void a_trigger_that_discards_rows_keeps_them_in_the_outbox_and_nothing_is_published_again() throws SQLException {
        database.execute("CREATE OR REPLACE FUNCTION discard() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN IF NEW.id = 'e7' THEN RETURN NULL; END IF; RETURN NEW; END $$;"
                + "CREATE TRIGGER discard BEFORE INSERT ON " + outbox.table()
                + "_archive FOR EACH ROW EXECUTE FUNCTION discard()");
        isRefusedUntil("DROP TRIGGER discard ON " + outbox.table() + "_archive");
    }

    @Test
    void a_trigger_that_raises_an_error_does_so_too() throws SQLException {
        database.execute("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'not here'; END $$;"
                + "CREATE TRIGGER refuse AFTER INSERT ON " + outbox.table()
                + "_archive FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
        isRefusedUntil("DROP TRIGGER refuse ON " + outbox.table() + "_archive");
    }

    @Test
    void a_conflict_in_the_archive_does_so_too() throws SQLException {
        database.execute("ALTER TABLE " + outbox.table() + "_archive ADD PRIMARY KEY (seq); INSERT INTO "
                + outbox.table() + "_archive (seq, id) VALUES (5, 'of an outbox before')");
        isRefusedUntil("DELETE FROM " + outbox.table() + "_archive");
    }

    @Test
    void a_check_of_the_archive_does_so_too() throws SQLException {
        database.execute("ALTER TABLE " + outbox.table() + "_archive ADD CONSTRAINT few CHECK (seq < 7)");
        isRefusedUntil("ALTER TABLE " + outbox.table() + "_archive DROP CONSTRAINT few");
    }

    private void isRefusedUntil(String mended) throws SQLException {
        outbox.insertMany("e", 1, 10);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            Position last = consumer.awaitRecords(10).get(9).position();
            consumer.source.commit(last);
            await().during(Duration.ofMillis(1_500)).atMost(PATIENCE).until(() -> {
                consumer.take();
                return consumer.committed.isEmpty();
            });
            assertThat(outbox.standing()).hasSize(10);
            outbox.insert("goes on");
            consumer.awaitRecords(11);
            database.execute(mended);
            consumer.awaitCommitted(last);
            assertThat(outbox.standing()).containsExactly("goes on");
            assertThat(archived()).isEqualTo(10);
            assertThat(consumer.records()).hasSize(11);
        }
    }

    @Test
    void a_column_that_the_outbox_gets_meanwhile_is_not_left_behind() throws SQLException {
        outbox.insert("a", "b");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(2);
            database.execute("ALTER TABLE " + outbox.table() + " ADD COLUMN precious text DEFAULT 'gold'");
            consumer.commitAll();
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).contains("are not those that were inspected");
        }
        assertThat(outbox.standing()).containsExactly("a", "b");
        Failure refusal;
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            refusal = consumer.awaitFailure();
        }
        assertThat(refusal.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        database.execute(refusal.problems().get(0).remedy());
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(2);
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
        assertThat(outbox.query("SELECT precious FROM " + outbox.table() + "_archive"))
                .containsExactly("gold", "gold");
    }

    @Test
    void a_move_of_rows_never_read_is_rolled_back_from_both_tables() throws SQLException {
        outbox.insertMany("e", 1, 60);
        database.execute("DELETE FROM " + outbox.table() + " WHERE seq = 30");
        ReaderRules wrong = ReaderRules.PRODUCTION.withRuns((previous, next, frontier) -> true);
        try (TestConsumer consumer = TestConsumer.of(
                        outbox, wrong, new PostgresConnections(outbox.settings().connection())::open)
                .awaitOpen()) {
            consumer.awaitRecords(59);
            database.execute("INSERT INTO " + outbox.table()
                    + " (seq, id, key, payload) OVERRIDING SYSTEM VALUE VALUES (30, 'never read', 'k', 'p')");
            consumer.commitAll();
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.BUG);
        }
        assertThat(outbox.standing()).hasSize(60);
        assertThat(archived()).isZero();
    }

    private long archived() throws SQLException {
        return Long.parseLong(outbox.query("SELECT count(DISTINCT id) FROM " + outbox.table() + "_archive")
                .get(0));
    }
}
