package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.debezium.rows.RowDeletion;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that the relay deletes once their events are settled: in front of what is confirmed, and nobody waits for them. */
class RowDeletionIT {

    private static final RowDeletion.Bounds PATIENT =
            new RowDeletion.Bounds(8L << 20, Duration.ofMinutes(5), Duration.ofMillis(50), Duration.ofSeconds(5));

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

    private static LoggedOutbox outbox(String columns, String behind) throws SQLException {
        return outbox(columns, behind, PATIENT);
    }

    private static LoggedOutbox outbox(String columns, String behind, RowDeletion.Bounds bounds) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, columns, behind).deleting(bounds);
        database.execute("GRANT SELECT (id), DELETE ON " + outbox.table + " TO " + LoggedOutbox.ROLE);
        return outbox;
    }

    private static LoggedOutbox outbox() throws SQLException {
        return outbox("id text PRIMARY KEY, aggregatetype text, aggregateid text, payload text", "");
    }

    private static long standing(LoggedOutbox outbox) throws SQLException {
        return Long.parseLong(outbox.ask("SELECT count(*) FROM " + outbox.table));
    }

    private static void await30(LogConsumer consumer, Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    consumer.take();
                    return condition.call();
                });
    }

    private static void takeFor(LogConsumer consumer, Duration time) {
        await().pollDelay(time).until(() -> {
            consumer.take();
            return true;
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            id text PRIMARY KEY, aggregateid text, payload text                             |                      | @n
            id text NOT NULL, aggregateid text, payload text                                |                      | @n
            id uuid PRIMARY KEY, aggregateid text, payload text                             |                      | md5(n::text)::uuid
            id bigint PRIMARY KEY, aggregateid text, payload text                           |                      | n
            id varchar(40) PRIMARY KEY, aggregateid text, payload text                      |                      | @q
            id char(40) PRIMARY KEY, aggregateid text, payload text                         |                      | @n
            id numeric(30, 2) PRIMARY KEY, aggregateid text, payload text                   |                      | n
            id text, aggregateid text, payload text, PRIMARY KEY (id, aggregateid)          | PARTITION BY LIST (aggregateid) | @n
            """)
    void whatever_the_table_is_like_what_is_settled_is_deleted_and_nothing_else(
            String columns, @Nullable String behind, String id) throws SQLException {
        LoggedOutbox outbox = outbox(columns, behind == null ? "" : behind);
        if (behind != null) {
            database.execute("CREATE TABLE " + outbox.table + "_k PARTITION OF " + outbox.table
                    + " FOR VALUES IN ('key'); CREATE TABLE " + outbox.table + "_o PARTITION OF " + outbox.table
                    + " DEFAULT");
        }
        String written = id.replace("@n", "'row' || n").replace("@q", "'it''s \\ \"{},' || n");
        String insert = "INSERT INTO " + outbox.table + " (id, aggregateid, payload) SELECT " + written
                + ", 'key', 'p' FROM generate_series(%d, %d) n";
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            database.execute(insert.formatted(1, 12_000));
            consumer.awaitRecords(12_000);
            await30(consumer, () -> standing(outbox) == 0);
            consumer.settlingNothing();
            database.execute(insert.formatted(20_001, 20_003));
            consumer.awaitRecords(12_003);
            takeFor(consumer, Duration.ofMillis(300));
        }
        assertThat(standing(outbox)).as("not settled").isEqualTo(3);
        assertThat(outbox.figures().rows().deleted()).isEqualTo(12_000);
    }

    @Test
    void a_clean_stop_leaves_no_row_and_repeats_none() throws SQLException {
        LoggedOutbox outbox = outbox();
        LogConsumer consumer = LogConsumer.of(outbox).awaitOpen();
        outbox.insert("a", 3_000);
        consumer.awaitRecords(3_000).stopCleanly();
        assertThat(standing(outbox)).isZero();
        outbox.insert("b", 1);
        try (LogConsumer next = LogConsumer.of(outbox).awaitRecords(1)) {
            assertThat(next.ids()).containsExactly("b0");
        }
    }

    /** Nothing is confirmed whose row stands, so what a crash leaves standing is read again and deleted then. */
    @Test
    void rows_that_a_killed_relay_left_are_published_and_deleted_once_more() throws SQLException {
        LoggedOutbox outbox = outbox();
        outbox.insert("a", 100);
        try (Connection migration = locking(outbox, "LOCK TABLE @ IN SHARE MODE")) {
            try (LogConsumer killed = LogConsumer.of(outbox).awaitRecords(100)) {
                // Long enough for it to have been confirmed, were it not for the rows.
                takeFor(killed, Duration.ofMillis(700));
                assertThat(outbox.figures().rows().waiting()).isEqualTo(100);
            }
            assertThat(migration.isClosed()).isFalse();
            awaitNobodyDeletes(outbox);
        }
        assertThat(standing(outbox)).isEqualTo(100);
        try (LogConsumer next = LogConsumer.of(outbox)) {
            next.awaitRecords(100);
            assertThat(next.ids()).containsExactlyElementsOf(LoggedOutbox.ids("a", 100));
            await30(next, () -> standing(outbox) == 0);
        }
    }

    private static void awaitNobodyDeletes(LoggedOutbox outbox) {
        await("every session of a relay has ended")
                .atMost(Duration.ofSeconds(15))
                .until(() -> outbox.ask(
                                "SELECT count(*) FROM pg_stat_activity WHERE usename = '" + LoggedOutbox.ROLE + "'")
                        .equals("0"));
    }

    private static Connection locking(LoggedOutbox outbox, String sql) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.replace("@", outbox.table));
        }
        return connection;
    }

    @Test
    void a_row_that_somebody_holds_keeps_no_other_and_goes_when_it_is_let_go() throws SQLException {
        LoggedOutbox outbox = outbox();
        outbox.insert("a", 2_000);
        try (LogConsumer consumer = LogConsumer.of(outbox)) {
            try (Connection holder = locking(outbox, "SELECT FROM @ WHERE id IN ('a7', 'a1500') FOR UPDATE")) {
                consumer.awaitRecords(2_000);
                await30(consumer, () -> standing(outbox) == 2);
                // Publishing goes on meanwhile, and so do deletes.
                outbox.insert("b", 50);
                consumer.awaitRecords(2_050);
                await30(consumer, () -> standing(outbox) == 2);
                assertThat(holder.isClosed()).isFalse();
            }
            await30(consumer, () -> standing(outbox) == 0);
            consumer.stopCleanly();
        }
        assertThat(outbox.figures().rows().left()).isZero();
    }

    @Test
    void a_table_that_is_locked_for_long_stops_neither_publishing_nor_for_ever_the_slot() throws SQLException {
        RowDeletion.Bounds impatient =
                new RowDeletion.Bounds(20_000, Duration.ofSeconds(1), Duration.ofMillis(50), Duration.ofSeconds(5));
        LoggedOutbox outbox = outbox("id text PRIMARY KEY, aggregateid text, payload text", "", impatient);
        outbox.insert("a", 30_000);
        try (Connection migration = locking(outbox, "LOCK TABLE @ IN SHARE MODE")) {
            LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(30_000);
            // 20 kB of ids, a portion and those set aside.
            await30(
                    consumer,
                    () -> outbox.figures().rows().left() > 0
                            && outbox.figures().rows().waiting() < 5_600);
            consumer.stopCleanly();
            assertThat(migration.isClosed()).isFalse();
            awaitNobodyDeletes(outbox);
        }
        assertThat(standing(outbox)).isEqualTo(30_000);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> outbox.figures().rows().left() == 30_000);
        try (LogConsumer next = LogConsumer.of(outbox).awaitOpen()) {
            outbox.insert("b", 10);
            next.awaitRecords(10);
            assertThat(next.ids()).containsExactlyElementsOf(LoggedOutbox.ids("b", 10));
            await30(next, () -> standing(outbox) == 30_000);
        }
    }

    /** The statement goes by a name: behind the migration that it waited for, the name leads to rows that nobody has published. */
    @Test
    void rows_of_a_table_that_took_the_place_of_the_outbox_are_never_deleted() throws SQLException {
        LoggedOutbox outbox = outbox("id bigint PRIMARY KEY, aggregatetype text, aggregateid text, payload text", "");
        try (Connection writer = database.connect()) {
            fill(writer, outbox, 20);
        }
        try (Connection migration = locking(outbox, "LOCK TABLE @ IN SHARE MODE");
                LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(20)) {
            await30(consumer, () -> outbox.figures().rows().waiting() == 20);
            try (Statement statement = migration.createStatement()) {
                statement.execute("ALTER TABLE @ RENAME TO @_old; CREATE TABLE @ (LIKE @_old INCLUDING ALL);"
                                .replace("@", outbox.table)
                        + "GRANT SELECT (id), DELETE ON " + outbox.table + " TO " + LoggedOutbox.ROLE);
            }
            fill(migration, outbox, 10);
            migration.commit();
            consumer.awaitFailure();
        }
        assertThat(standing(outbox)).isEqualTo(10);
    }

    private static void fill(Connection through, LoggedOutbox outbox, int rows) throws SQLException {
        try (Statement statement = through.createStatement()) {
            statement.execute("INSERT INTO " + outbox.table + " (id, aggregateid, payload)"
                    + " SELECT n, 'key', 'p' FROM generate_series(1, " + rows + ") n");
        }
    }

    @Test
    void a_role_that_may_not_delete_is_refused_at_the_start_and_told_what_to_grant() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database).deleting(PATIENT);
        try (LogConsumer consumer = LogConsumer.of(outbox)) {
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary())
                    .contains("GRANT SELECT (id), DELETE ON public." + outbox.table + " TO " + LoggedOutbox.ROLE);
        }
        database.execute("GRANT SELECT (id), DELETE ON public." + outbox.table + " TO " + LoggedOutbox.ROLE);
        outbox.insert("a", 5);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(5)) {
            await30(consumer, () -> standing(outbox) == 0);
        }
    }
}
