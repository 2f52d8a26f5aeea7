package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows stay; every session goes on from where the last one got to. */
class KeepIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static EmbeddedDatabase database;
    private OutboxFixture outbox;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.builder().start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void create() throws SQLException {
        outbox = OutboxFixture.ordinary(database).keeping();
    }

    @Test
    void rows_stay_and_none_is_published_twice() throws SQLException {
        outbox.insertMany("e", 1, 1_000);
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(1_000);
            consumer.awaitCommitted(consumer.records().get(999).position());
        }
        outbox.insert("later");
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            assertThat(consumer.awaitRecords(1).get(0).id()).isEqualTo("later");
            consumer.awaitCommitted(consumer.records().get(0).position());
        }
        assertThat(outbox.standing()).hasSize(1_001);
        assertThat(state("top || gaps_lo::text || version")).isEqualTo("1001{}" + 4);
    }

    @Test
    void what_was_read_and_not_settled_is_published_by_the_next_session() throws SQLException {
        outbox.insertMany("e", 1, 100);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.source.commit(consumer.awaitRecords(100).get(59).position());
            consumer.awaitCommitted(consumer.records().get(59).position());
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            assertThat(consumer.awaitRecords(40).get(0).id()).isEqualTo("e61");
        }
    }

    @Test
    void a_row_that_commits_after_higher_numbers_were_published_is_published_by_a_later_session() throws SQLException {
        try (Connection late = database.connect()) {
            late.setAutoCommit(false);
            outbox.insert(late, "late");
            outbox.insert("early");
            try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
                consumer.awaitRecords(1);
                consumer.awaitCommitted(consumer.records().get(0).position());
            }
            assertThat(state("top || gaps_hi::text")).isEqualTo("2{1}");
            late.commit();
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            assertThat(consumer.awaitRecords(1).get(0).id()).isEqualTo("late");
            consumer.awaitCommitted(consumer.records().get(0).position());
        }
        assertThat(state("top || gaps_hi::text")).isEqualTo("2{}");
    }

    @Test
    void a_gap_that_nobody_can_fill_any_more_is_given_up_by_a_later_session() throws SQLException {
        try (Connection undone = database.connect()) {
            undone.setAutoCommit(false);
            outbox.insert(undone, "undone");
            outbox.insert("a");
            try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
                consumer.awaitRecords(1);
                consumer.awaitCommitted(consumer.records().get(0).position());
            }
            undone.rollback();
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            await().atMost(PATIENCE).until(() -> {
                outbox.insert("more");
                consumer.take();
                return state("gaps_lo::text").equals("{}");
            });
            assertThat(consumer.ids()).containsOnly("more");
        }
    }

    /** To end the session would publish again what is on its way. */
    @Test
    void a_trigger_that_refuses_the_state_without_the_gaps_that_were_given_up_ends_no_session() throws SQLException {
        try (Connection undone = database.connect();
                TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            undone.setAutoCommit(false);
            outbox.insert(undone, "undone");
            outbox.insert("a");
            consumer.awaitRecords(1);
            consumer.commitAll();
            consumer.awaitCommitted(consumer.records().get(0).position());
            outbox.insert("on its way");
            consumer.awaitRecords(2);
            database.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$ BEGIN RAISE EXCEPTION 'refused by a trigger'; END $$; CREATE TRIGGER refuse BEFORE UPDATE ON"
                    + " outbox_relay_state FOR EACH ROW WHEN (OLD.outbox = 'public." + outbox.table()
                    + "') EXECUTE FUNCTION refuse()");
            undone.rollback();
            consumer.taking(0, 0);
            assertThat(consumer.awaitHindrance().summary())
                    .contains("cannot be stored in public.outbox_relay_state", "a trigger refuses it");
            database.execute("DROP TRIGGER refuse ON outbox_relay_state");
            await().atMost(PATIENCE)
                    .until(() -> consumer.take().hindrance() == null
                            && state("top || gaps_hi::text").equals("2{}"));
        }
    }

    /** Every other number was drawn for nothing, and while a transaction is open that drew one too, it may be its. */
    @Test
    void with_too_many_gaps_nothing_more_is_read_above_them_until_whoever_may_fill_them_has_ended()
            throws SQLException {
        String sequence = "pg_get_serial_sequence('" + outbox.table() + "', 'seq')";
        int rows = KeepingRetention.GAPS_MAX + 6_000;
        try (Connection open = database.connect()) {
            open.setAutoCommit(false);
            outbox.insert(open, "late");
            database.execute("INSERT INTO " + outbox.table()
                    + " (seq, id, key, payload) OVERRIDING SYSTEM VALUE SELECT CASE WHEN"
                    + " nextval(" + sequence + ") > 0 THEN nextval(" + sequence + ") END, 'e' || n, 'k', 'p'"
                    + " FROM generate_series(1, " + rows + ") n");
            try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
                Failure hindrance = consumer.awaitHindrance();
                assertThat(hindrance.summary())
                        .contains(
                                "nothing above number",
                                "stretches of numbers",
                                "end those that have been open for longest");
                assertThat(consumer.records()).hasSizeBetween(KeepingRetention.GAPS_MAX, rows - 1);
                open.commit();
                consumer.awaitRecords(rows + 1);
                assertThat(consumer.ids()).doesNotHaveDuplicates().contains("late");
                await().atMost(PATIENCE).until(() -> consumer.take().hindrance() == null);
            }
        }
    }

    @Test
    void a_state_with_many_gaps_is_stored_less_often() throws SQLException {
        String sequence = "pg_get_serial_sequence('" + outbox.table() + "', 'seq')";
        try (Connection open = database.connect()) {
            open.setAutoCommit(false);
            outbox.insert(open, "late");
            database.execute("INSERT INTO " + outbox.table()
                    + " (seq, id, key, payload) OVERRIDING SYSTEM VALUE SELECT CASE WHEN nextval(" + sequence
                    + ") > 0 THEN nextval(" + sequence + ") END, 'e' || n, 'k', 'p' FROM generate_series(1, 10000) n");
            try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
                List<Double> storedAtMillis = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    outbox.insert("later");
                    consumer.awaitCommitted(
                            consumer.awaitRecords(10_001 + i).get(10_000 + i).position());
                    storedAtMillis.add(Double.valueOf(state("extract(epoch FROM stored_at) * 1000")));
                }
                assertThat(storedAtMillis.get(2) - storedAtMillis.get(1)).isGreaterThan(150);
            }
        }
    }

    private String state(String columns) throws SQLException {
        return outbox.query(
                        "SELECT " + columns + " FROM outbox_relay_state WHERE outbox = 'public." + outbox.table() + "'")
                .get(0);
    }
}
