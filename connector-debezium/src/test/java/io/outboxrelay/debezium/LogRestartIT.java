package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Relays that die at the places at which log readers are known to lose events: none is lost, invented or out of order. */
class LogRestartIT {

    private static final int COPIED = 5_000;

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
        // A connection whose keepalives are not answered well is cut at once.
        database.execute("ALTER SYSTEM SET wal_sender_timeout = '2s'");
        database.execute("SELECT pg_reload_conf()");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    /** Many of the rows share a place in the log. */
    private static void copy(LoggedOutbox outbox, String prefix) throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < COPIED; i++) {
            rows.append(prefix).append(i).append("\tkey\tpayload\n");
        }
        try (Connection connection = database.connect()) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY " + outbox.table + " (id, aggregateid, payload) FROM STDIN",
                            new StringReader(rows.toString()));
        }
    }

    private static void insert(Statement session, LoggedOutbox outbox, String id) throws SQLException {
        session.execute("INSERT INTO " + outbox.table + " (id, aggregateid) VALUES ('" + id + "', 'key')");
    }

    @Test
    void in_the_middle_of_a_copy() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        Restarts restarts = new Restarts(outbox);
        outbox.insert("before", 2);
        copy(outbox, "copied");
        outbox.insert("after", 1);
        Random random = new Random(1);
        for (int i = 0; i < 4; i++) {
            restarts.untilPublished(1 + random.nextInt(COPIED));
        }
        List<String> committed = LoggedOutbox.ids("before", 2);
        committed.addAll(LoggedOutbox.ids("copied", COPIED));
        committed.add("after0");
        restarts.untilAllIsPublished(committed);
    }

    @Test
    void when_the_server_ends_the_stream_in_the_middle_of_a_copy() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        Restarts restarts = new Restarts(outbox);
        copy(outbox, "copied");
        for (int i = 1; i <= 3; i++) {
            restarts.untilPublished(
                    i * 1_000,
                    source -> database.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                            + " WHERE slot_name = '" + outbox.slot + "'"));
        }
        restarts.untilAllIsPublished(LoggedOutbox.ids("copied", COPIED));
    }

    @Test
    void between_interleaved_transactions() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        Restarts restarts = new Restarts(outbox);
        List<String> committed = new ArrayList<>();
        try (Connection early = database.connect();
                Connection late = database.connect();
                Statement first = early.createStatement();
                Statement second = late.createStatement()) {
            early.setAutoCommit(false);
            late.setAutoCommit(false);
            for (int i = 0; i < 200; i++) {
                // Written one across the other; the one that began first commits last.
                insert(first, outbox, "early" + i + "a");
                insert(second, outbox, "late" + i + "a");
                insert(first, outbox, "early" + i + "b");
                insert(second, outbox, "late" + i + "b");
                late.commit();
                early.commit();
                committed.addAll(List.of("late" + i + "a", "late" + i + "b", "early" + i + "a", "early" + i + "b"));
            }
        }
        Random random = new Random(2);
        for (int i = 0; i < 8; i++) {
            restarts.untilPublished(1 + random.nextInt(120));
        }
        restarts.untilAllIsPublished(committed);
    }

    @Test
    void while_nothing_happens_and_right_after_a_message() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        Restarts restarts = new Restarts(outbox);
        outbox.insert("a", 3);
        restarts.untilPublished(3);
        restarts.delivering(Duration.ofMillis(300));
        database.execute("SELECT pg_logical_emit_message(false, '" + Barrier.PREFIX + "', '7')");
        outbox.insert("b", 2);
        restarts.untilPublished(1);
        database.execute("SELECT pg_logical_emit_message(true, '" + Barrier.PREFIX + "', '8')");
        outbox.insert("c", 1);
        restarts.untilPublished(1);
        outbox.insert("d", 1);
        List<String> committed = LoggedOutbox.ids("a", 3);
        committed.addAll(LoggedOutbox.ids("b", 2));
        committed.addAll(List.of("c0", "d0"));
        restarts.untilAllIsPublished(committed);
    }

    /**
     * What Debezium says of its place before it has decoded anything is the end of the log, behind the whole backlog. It says so while
     * the server is busy: here with the text of the first row's last column, for which it needs a catalog that somebody holds.
     */
    @Test
    void with_a_backlog_and_marks_that_come_before_its_first_event() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.of(
                database, "id text NOT NULL, aggregateid text, payload text, slow regconfig DEFAULT 'simple'");
        Restarts restarts = new Restarts(outbox);
        String confirmed =
                "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + outbox.slot + "'";
        outbox.insert("backlog", 30_000);
        // Or Debezium would wait at its start already, to look at it.
        database.execute("ALTER TABLE " + outbox.table + " ALTER slow DROP DEFAULT");
        String before = outbox.ask(confirmed);
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE pg_catalog.pg_ts_config IN ACCESS EXCLUSIVE MODE");
            settleMarksFor(Duration.ofSeconds(1), outbox);
        }
        assertThat(outbox.ask(confirmed)).isEqualTo(before);
        restarts.untilAllIsPublished(LoggedOutbox.ids("backlog", 30_000));
    }

    /** Of a relay that reads, and is given nothing but marks. */
    private static void settleMarksFor(Duration time, LoggedOutbox outbox) {
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            long end = System.nanoTime() + time.toNanos();
            await().pollInterval(Duration.ofMillis(2)).until(() -> {
                consumer.take();
                return System.nanoTime() - end > 0;
            });
            assertThat(consumer.ids()).isEmpty();
        }
    }

    /**
     * What was written first commits last, and so stands behind what is confirmed already, by its place in the log. When nobody takes
     * it, the server asks for a word in the middle of it; whoever answers with the place that the server names has confirmed it.
     */
    @Test
    void when_the_server_asks_for_a_word_in_the_middle_of_a_transaction() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        Restarts restarts = new Restarts(outbox);
        try (Connection early = database.connect();
                Statement statement = early.createStatement()) {
            early.setAutoCommit(false);
            statement.execute(
                    "INSERT INTO " + outbox.table
                            + " (id, aggregateid, payload) SELECT 'early' || n, 'key', repeat('x', 1000) FROM generate_series(0, 29999) n");
            outbox.insert("late", 1);
            restarts.untilPublished(1, source -> {
                restarts.settleFor(source, Duration.ofMillis(700));
                early.commit();
                restarts.takeNothingFor(Duration.ofMillis(2_500));
                restarts.takeFor(source, Duration.ofMillis(1_500));
            });
        }
        List<String> committed = LoggedOutbox.ids("late", 1);
        committed.addAll(LoggedOutbox.ids("early", 30_000));
        restarts.untilAllIsPublished(committed);
    }
}
