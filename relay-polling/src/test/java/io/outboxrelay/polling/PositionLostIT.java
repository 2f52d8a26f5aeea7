package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored is only believed while it is true of the outbox; else nothing is published until an operator has decided. */
class PositionLostIT {

    private static EmbeddedDatabase database;
    private KeptOutbox outbox;
    private String table;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.builder().start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void publishTen() throws SQLException {
        outbox = KeptOutbox.ofTenPublished(database);
        table = outbox.fixture.table();
    }

    /** Another cluster, as far as can be told. */
    @Test
    void of_another_system_it_is_not_believed() throws SQLException {
        outbox.fixture.insert("new");
        outbox.change("system_identifier = system_identifier + 1");
        Failure failure = outbox.refused("the system identifier was");
        database.execute(KeptOutbox.goOn(failure));
        outbox.publishes("new");
    }

    @Test
    void of_a_table_that_was_made_anew_it_is_not_believed() throws SQLException {
        database.execute(
                "DROP TABLE " + table + "; CREATE TABLE " + table
                        + " (seq bigint GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY, id text NOT NULL, key text, payload text)");
        outbox.fixture.insert("new", "newer");
        Failure failure = outbox.refused("the table's oid was", "the sequence's oid was");
        database.execute(KeptOutbox.startOver(failure));
        outbox.publishes("new", "newer");
    }

    @Test
    void of_a_table_rebuilt_with_its_numbers_it_can_be_adopted() throws SQLException {
        database.execute("ALTER TABLE " + table + " RENAME TO " + table + "_old; CREATE TABLE " + table + " (LIKE "
                + table
                + "_old INCLUDING ALL); INSERT INTO " + table + " OVERRIDING SYSTEM VALUE SELECT * FROM " + table
                + "_old; SELECT setval(pg_get_serial_sequence('" + table + "', 'seq'), 10)");
        outbox.fixture.insert("new");
        Failure failure = outbox.refused("the table's oid was");
        database.execute(KeptOutbox.goOn(failure));
        outbox.publishes("new");
    }

    @Test
    void a_sequence_that_was_restarted_and_is_as_far_again_is_told_by_its_file() throws SQLException {
        database.execute("TRUNCATE " + table + " RESTART IDENTITY");
        outbox.fixture.insertMany("new", 1, 20);
        Failure failure = outbox.refused("the sequence's file, which a restart changes, was");
        database.execute(KeptOutbox.startOver(failure));
        try (TestConsumer consumer = outbox.consumer()) {
            outbox.publish(consumer, 20);
        }
    }

    @Test
    void a_sequence_that_has_not_drawn_what_is_published_stops_the_relay_also_when_it_has_drawn_it_later()
            throws SQLException {
        database.execute("DELETE FROM " + table + "; SELECT setval(" + outbox.sequence() + ", 1)");
        outbox.refused("has drawn only up to 1", "drawn again");
        outbox.fixture.insertMany("new", 1, 20);
        Failure failure = outbox.refused("the sequence was seen to go back");
        database.execute(KeptOutbox.startOver(failure));
        try (TestConsumer consumer = outbox.consumer()) {
            outbox.publish(consumer, 20);
        }
    }

    /** Number 9 was drawn for nothing and given up; now somebody draws it for a row, and the other rows still stand. */
    @Test
    void a_sequence_that_went_back_below_rows_that_stand_is_first_held_against_the_state() throws SQLException {
        database.execute("DELETE FROM " + table + " WHERE seq = 9; SELECT setval(" + outbox.sequence() + ", 8)");
        outbox.fixture.insert("again");
        outbox.refused("has drawn only up to 9", "drawn again");
        database.execute("SELECT setval(" + outbox.sequence() + ", 10)");
        Failure failure = outbox.refused("the sequence was seen to go back");
        database.execute(KeptOutbox.startOver(failure));
        try (TestConsumer consumer = outbox.consumer()) {
            outbox.publish(consumer, 10);
            assertThat(consumer.ids()).contains("again");
        }
    }

    @Test
    void rows_above_what_was_drawn_and_published_are_still_a_setting_that_is_wrong() throws SQLException {
        database.execute("INSERT INTO " + table + " (seq, id) OVERRIDING SYSTEM VALUE VALUES (12, 'unnumbered')");
        try (TestConsumer consumer = outbox.consumer()) {
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains("have numbers up to 12", "has drawn only up to 10");
        }
    }

    @Test
    void a_sequence_left_behind_by_a_restore_is_set_by_the_statement_that_adopts_the_state() throws SQLException {
        database.execute("DELETE FROM " + table + "; SELECT setval(" + outbox.sequence() + ", 1, false)");
        Failure failure = outbox.refused("has drawn only up to 0");
        database.execute(KeptOutbox.goOn(failure));
        outbox.fixture.insert("new");
        outbox.publishes("new");
    }

    @Test
    void a_format_of_a_later_version_is_not_guessed_at() throws SQLException {
        outbox.change("format = 2");
        Failure failure = outbox.refused("is in format 2", "this version of the relay knows 1", "a later one");
        database.execute(KeptOutbox.startOver(failure));
        try (TestConsumer consumer = outbox.consumer()) {
            outbox.publish(consumer, 10);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gaps_lo = '{3}', gaps_hi = '{}'",
                "gaps_lo = '{3,2}', gaps_hi = '{3,2}'",
                "gaps_lo = '{5}', gaps_hi = '{4}'",
                "gaps_lo = '{5}', gaps_hi = '{11}'",
                "gaps_lo = '{NULL}', gaps_hi = '{4}'",
                "gaps_lo = NULL, gaps_hi = '{}'",
                "gaps_lo = NULL, gaps_hi = NULL"
            })
    void gaps_that_cannot_be_are_damage(String gaps) throws SQLException {
        database.execute("ALTER TABLE outbox_relay_state ALTER gaps_lo DROP NOT NULL, ALTER gaps_hi DROP NOT NULL");
        outbox.change(gaps);
        outbox.refused("is damaged");
    }

    @Test
    void a_table_that_was_renamed_keeps_its_state_by_a_statement() throws SQLException {
        database.execute("ALTER TABLE " + table + " RENAME TO renamed_" + table);
        OutboxFixture renamed = OutboxFixture.existing(
                        database,
                        "renamed_" + table,
                        outbox.fixture.settings().outbox().columns())
                .keeping();
        renamed.insert("new");
        Failure failure;
        try (TestConsumer consumer = TestConsumer.of(renamed)) {
            failure = consumer.awaitFailure();
        }
        assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
        assertThat(failure.summary()).contains("is not there, but the same table has one as public." + table);
        database.execute(KeptOutbox.goOn(failure));
        try (TestConsumer consumer = TestConsumer.of(renamed).awaitOpen()) {
            assertThat(consumer.awaitRecords(1).get(0).id()).isEqualTo("new");
        }
    }

    @Test
    void an_inspection_believes_what_a_session_would_and_holds_nothing_up() throws SQLException {
        try (TestConsumer running = outbox.consumer().awaitOpen()) {
            outbox.inspection().orThrow();
            outbox.fixture.insert("new");
            outbox.publish(running, 1);
        }
        outbox.inspection().orThrow();
    }

    /** A failover or a restore to a point in time, which take rows, sequence and state back to one moment. */
    @Test
    void on_another_timeline_the_relay_goes_on() throws SQLException {
        outbox.fixture.insert("new");
        outbox.change("timeline = 77");
        outbox.publishes("new");
        assertThat(outbox.fixture.query(
                        "SELECT DISTINCT timeline::text FROM outbox_relay_state WHERE outbox = 'public." + table + "'"))
                .containsExactly("1");
    }
}
