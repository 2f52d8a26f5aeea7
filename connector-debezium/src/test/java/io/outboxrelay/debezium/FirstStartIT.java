package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

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
        assertThat(comment(outbox)).contains(" since ");
    }

    @Test
    void rows_that_were_committed_while_the_slot_was_made_keep_a_relay_from_its_first_start() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        makeAnewWhileSomebodyWrites(outbox);
        database.execute(statements(outbox).noteSlot());

        Failure failure = failure(outbox);

        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains("rows stand in public." + outbox.table + " of transactions that were at work while slot "
                        + outbox.slot + " was made")
                .contains("outbox-relay repair --config FILE --drop-slot");
        // It is not for nothing: they are in front of the slot, or nobody would have to say so.
        String remedy = failure.problems().get(0).remedy();
        database.execute(remedy.substring(remedy.indexOf("COMMENT ON PUBLICATION")));
        outbox.insert("new", 1);
        LogConsumer reading = LogConsumer.of(outbox).awaitId("new0");
        reading.stopCleanly();
        assertThat(reading.ids()).containsExactly("new0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"the slot was made anew", "the comment is a person's"})
    void what_was_noted_of_another_slot_or_by_others_vouches_for_no_row(String why) throws Exception {
        // Holds the horizon of every later slot back.
        LoggedOutbox.standard(database);
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        makeAnewWhileSomebodyWrites(outbox);
        if (why.contains("person")) {
            database.execute("COMMENT ON PUBLICATION " + outbox.slot + " IS 'ours for slot " + outbox.slot + "'");
        } else {
            database.execute(statements(outbox).noteSlot());
            database.execute(statements(outbox).dropSlot());
            outbox.insert("between", 1);
            database.execute("DELETE FROM " + outbox.table + " WHERE id <> 'between0'");
            database.execute(statements(outbox).createSlot(180_000));
        }
        String before = comment(outbox);
        database.execute(statements(outbox).noteSlot());

        assertThat(comment(outbox)).isEqualTo(before);
        assertThat(warnings(outbox))
                .singleElement()
                .asString()
                .contains("whether rows of that stand could not be told");
    }

    @Test
    void rows_that_come_behind_the_slot_are_no_reason() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        outbox.insert("new", 2);
        assertThat(warnings(outbox)).isEmpty();

        LogConsumer reading = LogConsumer.of(outbox).awaitRecords(2);
        reading.stopCleanly();
        assertThat(reading.ids()).hasSize(2);
    }

    @Test
    void rows_behind_the_slot_are_not_older_by_a_note_that_came_with_a_dump_of_another_server() throws SQLException {
        // Only without an older slot is a publication without a note of its own known to be older than the slot.
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            // One who has gone may still hold its slot for a moment.
            database.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
            return true;
        });
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

    /** A transaction that was begun behind the note on the publication, and one beside it, commit before the slot is made. */
    private static void makeAnewWhileSomebodyWrites(LoggedOutbox outbox) throws Exception {
        StreamStatements statements = statements(outbox);
        database.execute(statements.dropSlot());
        database.execute(statements.stamp(null));
        FutureTask<Void> making = new FutureTask<>(() -> {
            database.execute(statements.createSlot(180_000));
            return null;
        });
        try (Connection writing = database.connect();
                Statement statement = writing.createStatement()) {
            statement.execute("BEGIN");
            statement.execute("INSERT INTO " + outbox.table + " (id) VALUES ('open')");
            new Thread(making, "makes a slot").start();
            // It holds its slot while it waits for the writer.
            await().atMost(Duration.ofSeconds(30)).until(() -> outbox.streamer() != null);
            outbox.insert("meanwhile", 1);
            statement.execute("COMMIT");
        }
        making.get(30, TimeUnit.SECONDS);
    }

    /** What is said at a first start that is not refused. */
    private static List<String> warnings(LoggedOutbox outbox) throws SQLException {
        SlotRequest request = SlotSession.request(outbox.settings(), new OutboxColumns(List.of()));
        Logger logger = (Logger) LoggerFactory.getLogger(FirstStart.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.addAppender(said);
        try (Connection relay = new PostgresConnections(outbox.settings().connection()).open()) {
            new FirstStart(relay, outbox.settings().connection(), request)
                    .refuse(new StreamGuard(relay, outbox.settings().connection(), request).look(), null);
        } finally {
            logger.detachAppender(said);
        }
        return said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static String comment(LoggedOutbox outbox) throws SQLException {
        return outbox.ask("SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = '"
                + outbox.slot + "'");
    }

    private static StreamStatements statements(LoggedOutbox outbox) {
        return new StreamStatements(SlotSession.request(outbox.settings(), new OutboxColumns(List.of())));
    }

    /** Rows stood when publication and slot were made, which the relay's role may read. */
    private static LoggedOutbox forgotten() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        readable(outbox);
        outbox.insert("old", 3);
        StreamStatements statements = statements(outbox);
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
