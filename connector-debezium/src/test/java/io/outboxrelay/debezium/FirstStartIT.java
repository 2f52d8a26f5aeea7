package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.ReaderLock;
import io.outboxrelay.jdbc.slot.FirstStart;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamGuard;
import io.outboxrelay.jdbc.slot.StreamStatements;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where nothing was ever read from the slot, what stands in the table and is not in its log is not left out without a word. */
class FirstStartIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
        database.execute("GRANT USAGE ON SCHEMA public TO " + LoggedOutbox.ROLE);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void rows_from_before_the_slot_keep_a_relay_from_its_first_start_until_they_are_published() throws SQLException {
        LoggedOutbox outbox = forgotten();

        Failure failure = failure(outbox);

        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains("rows stand in public." + outbox.table + " from before where slot " + outbox.slot + " stands")
                .contains("outbox-relay repair --config FILE --drop-slot");
        assertThat(new RepairedLog(outbox)
                        .by(RowOrder.Way.NONE, null)
                        .droppingSlot()
                        .repaired())
                .hasSize(3);
        outbox.insert("new", 1);
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
    }

    @Test
    void whoever_owns_the_publication_may_say_that_they_need_not_be_published() throws SQLException {
        LoggedOutbox outbox = forgotten();

        String remedy = failure(outbox).problems().get(0).remedy();
        database.execute(remedy.substring(remedy.indexOf("COMMENT ON PUBLICATION")));

        outbox.insert("new", 1);
        LogConsumer reading = LogConsumer.of(outbox).awaitRecords(1);
        reading.stopCleanly();
        assertThat(reading.ids()).containsExactly("new0");
        assertThat(outbox.ask("SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = '"
                        + outbox.slot + "'"))
                .contains(" since ");
    }

    @Test
    void rows_that_come_behind_the_slot_are_no_reason() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        outbox.insert("new", 2);

        LogConsumer reading = LogConsumer.of(outbox).awaitRecords(2);
        reading.stopCleanly();
        assertThat(reading.ids()).hasSize(2);
    }

    @Test
    void rows_behind_the_slot_are_not_older_by_a_note_that_came_with_a_dump_of_another_server() throws SQLException {
        // Only without an older slot is a publication without a note of its own known to be older than the slot.
        database.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        database.execute("COMMENT ON PUBLICATION " + outbox.slot
                + " IS 'outbox-relay: 1.2/3.4 since 0/1 at 900000000 for slot " + outbox.slot + "'");
        outbox.insert("new", 2);

        LogConsumer reading = LogConsumer.of(outbox).awaitRecords(2);
        reading.stopCleanly();
        assertThat(reading.ids()).hasSize(2);
    }

    @Test
    void a_relay_does_not_read_the_log_of_a_table_that_another_one_polls() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
        try (Connection polling = database.connect()) {
            long oid = Long.parseLong(outbox.ask("SELECT 'public." + outbox.table + "'::regclass::oid"));
            assertThat(ReaderLock.isTaken(polling, oid)).isTrue();

            Failure failure = failure(outbox);

            assertThat(failure.kind()).isEqualTo(FailureKind.FENCED);
            assertThat(failure.summary()).contains("a polling relay, or a repair, reads public." + outbox.table);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN felt AS mood | domain public.felt is over an enum | DROP DOMAIN felt; DROP TYPE mood",
                "CREATE TYPE nothing AS ENUM () | enum public.nothing has no values | DROP TYPE nothing"
            })
    void types_at_which_debezium_ends_are_named(String made, String said, String undone) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        database.execute(made);

        Failure failure = failure(outbox);
        database.execute(undone);

        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary()).contains(said);
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
    }

    @Test
    @Timeout(60)
    void while_somebody_has_locked_the_table_a_start_goes_on_through_the_same_connection() throws SQLException {
        LoggedOutbox outbox = forgotten();
        try (Connection application = database.connect();
                Statement locking = application.createStatement();
                Connection relay = new PostgresConnections(outbox.settings().connection()).open();
                Statement asking = relay.createStatement()) {
            locking.execute("BEGIN");
            locking.execute("LOCK TABLE " + outbox.table + " IN ACCESS EXCLUSIVE MODE");
            SlotRequest request = SlotSession.request(outbox.settings(), new OutboxColumns(List.of()));

            new FirstStart(relay, outbox.settings().connection(), request)
                    .refuse(new StreamGuard(relay, outbox.settings().connection(), request).look(), null);

            assertThat(timeouts(asking)).isEqualTo("0/0");
        }
    }

    /** Rows stood when publication and slot were made, which the relay's role may read. */
    private static LoggedOutbox forgotten() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        outbox.insert("old", 3);
        SlotRequest request = SlotSession.request(outbox.settings(), new OutboxColumns(List.of()));
        StreamStatements statements = new StreamStatements(request);
        database.execute(statements.dropSlot());
        database.execute(statements.stamp(null));
        database.execute(statements.createSlot(180_000));
        return outbox;
    }

    private static void readable(LoggedOutbox outbox) throws SQLException {
        database.execute("GRANT SELECT ON " + outbox.table + " TO " + LoggedOutbox.ROLE);
    }

    private static Failure failure(LoggedOutbox outbox) {
        try (LogConsumer refused = LogConsumer.of(outbox)) {
            return refused.awaitFailure();
        }
    }

    private static String timeouts(Statement asking) throws SQLException {
        try (ResultSet row = asking.executeQuery(
                "SELECT current_setting('statement_timeout') || '/' || current_setting('lock_timeout')")) {
            row.next();
            return row.getString(1);
        }
    }
}
