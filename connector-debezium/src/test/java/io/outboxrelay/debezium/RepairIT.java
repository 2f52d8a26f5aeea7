package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.RepairPlan;
import io.outboxrelay.debezium.repair.RepairStep;
import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After a repair everything that stood in the table is published, and the log goes on behind it, with nothing between and nothing twice. */
class RepairIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({"MARKED", "DROPPED", "CREATED", "PUBLISHING", "PUBLISHED", "STORED"})
    void a_repair_that_is_killed_keeps_relays_away_and_the_next_one_does_all_of_it(String point) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 5);
        LogConsumer.of(outbox).awaitRecords(5).stopCleanly();
        awaitFree(outbox);
        outbox.ask("SELECT pg_replication_slot_advance('" + outbox.slot + "', pg_current_wal_lsn())");
        outbox.insert("b", 300);

        RepairedLog repairs = new RepairedLog(outbox);
        assertThatExceptionOfType(RepairedLog.Killed.class).isThrownBy(() -> killedAt(point, repairs));

        try (LogConsumer refused = LogConsumer.of(outbox)) {
            Failure failure = refused.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(failure.summary()).contains("a repair was begun").contains("outbox-relay repair --config FILE");
        }
        outbox.insert("c", 3);
        // The server may take a moment to see that whoever held the table has gone.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> outbox.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                        .equals("0"));
        List<String> published = ids(repairs.repaired());

        try (LogConsumer after = LogConsumer.of(outbox).awaitOpen()) {
            outbox.insert("d", 2);
            published.addAll(after.awaitId("d1").ids());
        }
        List<String> expected = new ArrayList<>();
        if (!point.equals("STORED")) {
            expected.addAll(LoggedOutbox.ids("a", 5));
            expected.addAll(LoggedOutbox.ids("b", 300));
        }
        expected.addAll(LoggedOutbox.ids("c", 3));
        expected.addAll(LoggedOutbox.ids("d", 2));
        assertThat(published).isEqualTo(expected);
    }

    private static void killedAt(String point, RepairedLog repairs) {
        Consumer<RepairStep> at = step -> {
            if (step.name().equals(point)) {
                throw new RepairedLog.Killed();
            }
        };
        if (point.equals("PUBLISHING")) {
            try (LogRepair repair = repairs.repair(at);
                    StandingRows rows = repair.begin()) {
                assertThat(Objects.requireNonNull(rows.next()).id()).isEqualTo("a0");
                throw new RepairedLog.Killed();
            }
        }
        repairs.repaired(at, () -> {
            if (point.equals("PUBLISHED")) {
                throw new RepairedLog.Killed();
            }
        });
    }

    @Test
    void a_slot_that_has_everything_is_not_repaired() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 1);
        RepairedLog repairs = new RepairedLog(outbox);
        // Nobody has read from it: what was inserted and deleted again stands in its log alone.
        assertThat(refusal(repairs))
                .contains("is whole, and nothing was read from it")
                .contains("--drop-slot");
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
        awaitFree(outbox);

        RepairPlan plan = plan(repairs);

        assertThat(plan.refusal()).isNull();
        assertThat(plan.isNeeded()).isFalse();
        assertThat(repairs.repaired()).isEmpty();
        assertThat(ids(repairs.droppingSlot().repaired())).containsExactly("a0");
        outbox.insert("b", 1);
        assertThat(LogConsumer.of(outbox).awaitRecords(1).ids()).containsExactly("b0");
    }

    @Test
    void a_slot_that_is_to_fail_over_is_made_so_again() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        assumeTrue(outbox.serverVersion() >= 17, "slots that fail over");
        outbox.insert("a", 1);

        assertThat(ids(new RepairedLog(outbox).droppingSlot().failingOver().repaired()))
                .containsExactly("a0");

        assertThat(outbox.ask("SELECT failover FROM pg_replication_slots WHERE slot_name = '" + outbox.slot + "'"))
                .isEqualTo("t");
    }

    @Test
    void before_anybody_has_read_what_stands_is_published_where_the_slot_is_given_up() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 2);

        assertThat(ids(new RepairedLog(outbox).droppingSlot().repaired())).containsExactly("a0", "a1");

        outbox.insert("b", 1);
        assertThat(LogConsumer.of(outbox).awaitRecords(1).ids()).containsExactly("b0");
    }

    @Test
    void while_somebody_reads_nothing_is_touched() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 1);
        try (LogConsumer reading = LogConsumer.of(outbox).awaitRecords(1);
                Connection polling = database.connect();
                Statement statement = polling.createStatement()) {
            RepairedLog repairs = new RepairedLog(outbox.ofAnotherRelay());
            assertThat(refusal(repairs))
                    .contains("another relay reads from slot")
                    .contains("stop that relay");
            outbox.insert("b", 1);
            assertThat(reading.awaitRecords(2).ids()).containsExactly("a0", "b0");
            reading.stopCleanly();
            awaitFree(outbox);
            outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
            statement.execute(
                    "SELECT pg_advisory_lock(hashtext('outbox-relay'), '" + outbox.table + "'::regclass::oid::int)");

            assertThat(refusal(new RepairedLog(outbox)))
                    .contains("a polling relay, or another repair, reads public." + outbox.table);
        }
        assertThat(outbox.store().values().keySet()).hasSize(1);
    }

    @Test
    void without_the_right_to_read_the_table_the_grants_are_named_and_with_it_no_administrator_is_needed()
            throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 2);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
        RepairedLog repairs = new RepairedLog(outbox).withoutAdmin();
        assertThat(refusal(repairs))
                .contains("GRANT USAGE ON SCHEMA public TO " + LoggedOutbox.ROLE)
                .contains("GRANT SELECT ON public." + outbox.table + " TO " + LoggedOutbox.ROLE);
        database.execute("GRANT USAGE ON SCHEMA public TO " + LoggedOutbox.ROLE + "; GRANT SELECT ON " + outbox.table
                + " TO " + LoggedOutbox.ROLE);
        try {
            database.execute("ALTER TABLE " + outbox.table + " ENABLE ROW LEVEL SECURITY");
            assertThat(refusal(repairs)).contains("could hide rows");
            database.execute("ALTER TABLE " + outbox.table + " DISABLE ROW LEVEL SECURITY");

            assertThat(ids(repairs.repaired())).containsExactly("a0", "a1");
        } finally {
            database.execute("REVOKE USAGE ON SCHEMA public FROM " + LoggedOutbox.ROLE);
        }
    }

    @Test
    void rows_without_anything_that_orders_them_are_published_only_where_that_does_not_matter() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, "id text NOT NULL, rank int, aggregateid text, payload text");
        database.execute("INSERT INTO " + outbox.table + " VALUES ('second', 2), ('first', 1)");
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
        assertThat(refusal(new RepairedLog(outbox)))
                .contains("nothing tells the order")
                .contains("--order-by COLUMN");
        assertThat(refusal(new RepairedLog(outbox).by(RowOrder.Way.COMMIT_TIMESTAMP, "rank")))
                .contains("track_commit_timestamp is off");
        assertThat(plan(new RepairedLog(outbox).by(RowOrder.Way.NONE, null)).isNeeded())
                .isTrue();

        assertThat(ids(new RepairedLog(outbox).by(RowOrder.Way.NUMBER, "rank").repaired()))
                .containsExactly("first", "second");
    }

    @Test
    void values_are_those_that_the_log_gives() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(
                database,
                "seq serial, id uuid, aggregateid bytea, payload bytea, at timestamptz, doc jsonb, wide char(5), n numeric(9, 3)");
        String insert = "INSERT INTO " + outbox.table + " (id, aggregateid, payload, at, doc, wide, n) VALUES"
                + " ('00000000-0000-0000-0000-00000000000A', '\\x00ff', '\\x00010203', '2026-01-02 03:04:05.60+05', '{\"b\": 1,\"a\": [2]}', 'ab', 1.5)";
        database.execute(insert);
        String[] columns = {"at", "doc", "wide", "n", "id", "payload"};
        OutboxRecord logged;
        try (LogConsumer consumer = LogConsumer.of(outbox, columns)) {
            logged = consumer.awaitRecords(1).records.get(0);
        }
        awaitFree(outbox);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");

        OutboxRecord standing = new RepairedLog(outbox, columns).repaired().get(0);

        assertThat(standing.id()).isEqualTo(logged.id());
        assertThat(standing.key()).isEqualTo(logged.key());
        assertThat(standing.payload()).isEqualTo(logged.payload());
        assertThat(standing.columns()).isEqualTo(logged.columns());
    }

    @Test
    void nothing_empties_the_table_between_the_slot_and_the_reading_of_it() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 3);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
        List<String> hindered = new ArrayList<>();

        List<String> published = ids(new RepairedLog(outbox)
                .repaired(
                        step -> {
                            if (step == RepairStep.DROPPED || step == RepairStep.MARKED || step == RepairStep.CREATED) {
                                hindered.add(rewriting(outbox));
                            }
                        },
                        () -> {}));

        assertThat(hindered).hasSize(2).allMatch("55P03"::equals);
        assertThat(published).containsExactly("a0", "a1", "a2");
    }

    private static String rewriting(LoggedOutbox outbox) {
        try {
            database.execute(
                    "SET lock_timeout = '50ms'; ALTER TABLE " + outbox.table + " ALTER COLUMN seq TYPE numeric");
            return "done";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private static RepairPlan plan(RepairedLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            return repair.plan();
        }
    }

    private static String refusal(RepairedLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            Failure refusal = Objects.requireNonNull(repair.plan().refusal());
            assertThatExceptionOfType(RelayException.class).isThrownBy(repair::begin);
            return refusal.summary();
        }
    }

    private static List<String> ids(List<OutboxRecord> records) {
        return new ArrayList<>(records.stream().map(OutboxRecord::id).toList());
    }

    private static void awaitFree(LoggedOutbox outbox) {
        await().atMost(Duration.ofSeconds(10)).until(() -> outbox.streamer() == null);
    }
}
