package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** For how long the oldest row has been waiting is right whatever the relay does, and costs the database next to nothing. */
class PendingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration A_WHILE = Duration.ofSeconds(3);

    /** What a busy machine may take for anything that should be done at once. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static EmbeddedDatabase database;

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

    @ParameterizedTest
    @EnumSource
    void it_rises_while_nothing_is_published_and_falls_to_0_when_all_is_settled(CommitTimesIT.Way way)
            throws Exception {
        OutboxFixture outbox = way.of(database);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            Pending pending = consumer.counters.pending();
            await().atMost(PATIENCE).until(pending::isRead);
            assertThat(oldest(pending)).isZero();

            outbox.insert("a", "b", "c");
            consumer.awaitRecords(3);
            pause(A_WHILE);
            assertThat(oldest(pending)).isBetween(A_WHILE, A_WHILE.plus(SLACK));
            assertThat(pending.rows()).isEqualTo(3);

            consumer.commitAll();
            await().atMost(PATIENCE).untilAsserted(() -> {
                consumer.take();
                assertThat(oldest(pending)).isZero();
                assertThat(pending.rows()).isZero();
            });
        }
    }

    @Test
    void what_cannot_be_taken_in_any_more_is_estimated_from_the_sequence() throws Exception {
        OutboxFixture outbox = OutboxFixture.ordinary(database).reading(100, 8 << 20);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            outbox.insertMany("row-", 1, 2_000);
            Pending pending = consumer.counters.pending();
            // The consumer takes nothing: the source has read two pages, and no more fit.
            await().atMost(PATIENCE).until(() -> pending.rows() == 2_000);
        }
    }

    @Test
    void a_row_of_an_open_transaction_does_not_wait_until_it_commits() throws Exception {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection writer = database.connect()) {
            Pending pending = consumer.counters.pending();
            writer.setAutoCommit(false);
            outbox.insert(writer, "late");
            outbox.insert("other");
            consumer.awaitRecords(1);
            consumer.commitAll();
            pause(A_WHILE);
            consumer.take();
            assertThat(oldest(pending)).isZero();

            writer.commit();
            consumer.awaitRecords(2);
            assertThat(oldest(pending)).isLessThan(SLACK);
        }
    }

    @ParameterizedTest
    @EnumSource
    void beside_another_relay_it_is_found_out_by_looking(CommitTimesIT.Way way) throws Exception {
        OutboxFixture outbox = way.of(database);
        Pending standingBy = new Pending();
        try (TestConsumer other = TestConsumer.of(outbox).awaitOpen();
                Housekeeping watch = new Housekeeping(new PendingWatch(outbox::settings, standingBy))) {
            watch.start();
            outbox.insert("a");
            other.awaitRecords(1);
            await().atMost(PATIENCE).until(() -> oldest(standingBy).compareTo(A_WHILE) > 0);
            assertThat(standingBy.rows()).isEqualTo(1);
            assertThat(oldest(standingBy)).isCloseTo(oldest(other.counters.pending()), SLACK);

            other.commitAll();
            await().atMost(PATIENCE).untilAsserted(() -> {
                other.take();
                assertThat(oldest(standingBy)).isZero();
            });
        }
    }

    @Test
    void what_stood_before_anybody_looked_counts_from_then_where_commits_are_not_timed() throws Exception {
        try (EmbeddedDatabase untimed = EmbeddedDatabase.started()) {
            OutboxFixture outbox = OutboxFixture.ordinary(untimed);
            outbox.insert("a", "b");
            long begun = System.nanoTime();
            Pending standingBy = new Pending();
            try (TestConsumer other = TestConsumer.of(outbox).awaitOpen();
                    Housekeeping watch = new Housekeeping(new PendingWatch(outbox::settings, standingBy))) {
                watch.start();
                other.awaitRecords(2);
                await().atMost(PATIENCE).until(() -> oldest(standingBy).compareTo(A_WHILE) > 0);
                await().atMost(PATIENCE).until(() -> standingBy.rows() == 2);
                assertThat(oldest(standingBy)).isBetween(A_WHILE, Duration.ofNanos(System.nanoTime() - begun));

                // A healthy relay at work: other rows wait each time that is looked, and none of them for long.
                other.commitAll();
                outbox.insert("c");
                other.awaitRecords(3);
                await("c is younger than a and b were").atMost(PATIENCE).untilAsserted(() -> {
                    other.take();
                    Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
                    assertThat(standingBy.rows()).isEqualTo(1);
                    assertThat(elapsed.minus(oldest(standingBy))).isGreaterThan(Duration.ofMillis(500));
                });
            }
        }
    }

    @Test
    void a_role_with_room_for_two_connections_is_enough_for_a_start_beside_looks() throws Exception {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        database.execute("CREATE ROLE two LOGIN CONNECTION LIMIT 2");
        database.execute("GRANT SELECT, DELETE ON " + outbox.table() + " TO two");
        database.execute("GRANT SELECT ON SEQUENCE " + outbox.table() + "_seq_seq TO two");
        PollingSettings settings = new PollingSettings(
                ConnectionSettings.of(outbox.settings().connection().url(), "two", null),
                outbox.settings().outbox(),
                outbox.settings().reading());
        outbox.insert("a");
        Pending pending = new Pending();
        try (Housekeeping watch = new Housekeeping(new PendingWatch(() -> settings, pending))) {
            watch.start();
            await().atMost(PATIENCE).until(() -> pending.rows() == 1);
            await("a session and its canary").atMost(PATIENCE).until(() -> {
                OutboxColumns columns = new OutboxColumns(List.of());
                return PollingInspection.inspect(settings, columns) instanceof Inspection.Sound;
            });
        }
    }

    @Test
    void while_the_database_is_away_it_goes_on_rising_from_what_was_known_last() throws Exception {
        try (EmbeddedDatabase mortal = EmbeddedDatabase.started()) {
            OutboxFixture outbox = OutboxFixture.ordinary(mortal);
            try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
                Pending pending = consumer.counters.pending();
                outbox.insert("a");
                consumer.awaitRecords(1);
                try (Housekeeping watch = new Housekeeping(new PendingWatch(outbox::settings, pending))) {
                    watch.start();
                    mortal.crash();
                    consumer.awaitFailure();
                    Duration then = oldest(pending);
                    pause(A_WHILE);
                    assertThat(oldest(pending))
                            .isBetween(then.plus(A_WHILE), then.plus(A_WHILE).plus(SLACK));
                }
            }
        }
    }

    @Test
    void where_nothing_was_waiting_it_rises_too_once_nobody_can_tell_for_5_seconds() {
        long now = System.nanoTime();
        Outlook known = Outlook.nothingWaits(now);
        assertThat(known.oldestNanos(now + Duration.ofSeconds(5).toNanos())).isZero();
        assertThat(known.oldestNanos(now + Duration.ofSeconds(6).toNanos()))
                .isEqualTo(Duration.ofSeconds(6).toNanos());
    }

    @Test
    void behind_300_000_dead_rows_that_cannot_be_removed_a_look_reads_a_handful_of_pages() throws Exception {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            outbox.insert(holder, "of a transaction that stays open");
            outbox.insertMany("row-", 1, 300_000);
            Pending.Places places;
            try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> {
                    consumer.take();
                    return outbox.standing().isEmpty();
                });
                // Told with the sweep, every few seconds.
                await().atMost(PATIENCE).until(() -> {
                    consumer.take();
                    return consumer.counters.pending().places().from() > 300_000;
                });
                places = consumer.counters.pending().places();
            }
            assertThat(places.gaps()).extracting(NumberRange::hi).containsExactly(1L);
            PendingSql sql = new PendingSql(outbox.settings().outbox(), "public." + outbox.table(), true);
            assertThat(pagesRead(outbox, sql.first(places.gaps(), places.from(), "public")))
                    .isLessThan(100);
            assertThat(pagesRead(outbox, sql.first(List.of(), Long.MIN_VALUE, "public")))
                    .as("there is something in the way")
                    .isGreaterThan(1_000);
        }
    }

    /** How many pages a look reads, by the server's own count, with the settings of a look. */
    private static long pagesRead(OutboxFixture outbox, String query) throws SQLException {
        try (Connection connection = outbox.connect()) {
            PendingLook.open(connection, outbox.settings().outbox(), new Pending());
            OutboxFixture.execute(connection, "SET statement_timeout = '30s'");
            StringBuilder plan = new StringBuilder();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + query)) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            }
            Matcher buffers = Pattern.compile("Buffers: shared(?: hit=(\\d+))?(?: read=(\\d+))?")
                    .matcher(plan);
            assertThat(buffers.find()).as("%s", plan).isTrue();
            return number(buffers.group(1)) + number(buffers.group(2));
        }
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static Duration oldest(Pending pending) {
        return Duration.ofNanos(pending.oldestNanos(System.nanoTime()));
    }

    private static void pause(Duration time) {
        await("time passes").pollDelay(time).until(() -> true);
    }
}
