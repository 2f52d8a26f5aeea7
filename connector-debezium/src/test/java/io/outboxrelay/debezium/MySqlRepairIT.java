package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.RepairPlan;
import io.outboxrelay.debezium.repair.RepairStep;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** After a repair everything that stood in the table is published, and MySQL's log goes on behind it, with nothing between and nothing twice. */
@ParameterizedClass
@EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
class MySqlRepairIT {

    @TempDir
    static Path directory;

    private static MySqlServer server;

    @Parameter
    MySqlOutbox.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(MySqlOutbox.Kind kind) throws SQLException {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        server = kind.shared();
    }

    /** Ends a repair where a crash would: nothing of it is undone. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(strings = {"MARKED", "CREATED", "PUBLISHING", "PUBLISHED", "STORED"})
    void a_repair_that_is_killed_keeps_relays_away_and_the_next_one_does_all_of_it(String point) throws SQLException {
        assumeTrue(
                kind.gtid || point.equals("CREATED") || point.equals("STORED"),
                "the note is the same whatever the server");
        MySqlOutbox outbox = readOnce(5);
        outbox.insert("b", 300);
        MySqlGap.PURGED.bring(outbox);

        RepairedMySqlLog repairs = new RepairedMySqlLog(outbox);
        assertThatExceptionOfType(Killed.class).isThrownBy(() -> killedAt(point, repairs));
        outbox.awaitUnclaimed();

        Failure failure = refusal(outbox);
        assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
        assertThat(failure.summary()).contains("a repair was begun").contains("outbox-relay repair --config FILE");
        outbox.insert("c", 3);
        List<String> published = repairs.repaired();

        published.addAll(goneOn(outbox, "d"));
        List<String> expected = new ArrayList<>();
        if (!point.equals("STORED")) {
            expected.addAll(ids("a", 5));
            expected.addAll(ids("b", 300));
        }
        expected.addAll(ids("c", 3));
        expected.addAll(ids("d", 2));
        assertThat(published).isEqualTo(expected);
    }

    private static void killedAt(String point, RepairedMySqlLog repairs) {
        Consumer<RepairStep> at = step -> {
            if (step.name().equals(point)) {
                throw new Killed();
            }
        };
        if (point.equals("PUBLISHING")) {
            try (LogRepair repair = repairs.repair(at);
                    StandingRows rows = repair.begin()) {
                assertThat(Objects.requireNonNull(rows.next()).id()).isEqualTo("a0");
                throw new Killed();
            }
        }
        repairs.repaired(at, () -> {
            if (point.equals("PUBLISHED")) {
                throw new Killed();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void each_gap_ends_by_a_repair_that_loses_nothing_though_the_application_goes_on(MySqlGap gap) throws SQLException {
        assumeTrue(kind.gtid || gap != MySqlGap.COLUMNS_FORGOTTEN, "what is stored is the same whatever the server");
        MySqlOutbox outbox = readOnce(1);
        List<String> published;
        try (KeyedWriters writers = new KeyedWriters(() -> server.connect("shop"), outbox.table)) {
            writers.awaitMore(20);
            gap.bring(outbox);
            writers.awaitMore(20);
            assertThat(refusal(outbox).kind()).isEqualTo(FailureKind.POSITION_LOST);

            published = RepairedMySqlLog.ids(
                    new RepairedMySqlLog(outbox).repaired(step -> {}, () -> writers.awaitMore(20)));

            writers.awaitMore(20);
            writers.close();
            // Behind all that the writers wrote: whatever else the log has comes before it.
            outbox.insert("last", 1);
            try (LogConsumer after = outbox.consumer().awaitId("last0")) {
                published.addAll(after.ids());
            }
            published.removeAll(List.of("a0", "last0"));
            writers.assertOnceInOrder(published);
        }
    }

    @Test
    void what_stood_before_the_first_start_is_published_by_a_repair_that_takes_its_place() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        outbox.insert("a", 3);

        List<String> published = new RepairedMySqlLog(outbox).repaired();

        published.addAll(goneOn(outbox, "b"));
        assertThat(published).containsExactly("a0", "a1", "a2", "b0", "b1");
        RepairPlan nothing = plan(new RepairedMySqlLog(outbox));
        assertThat(nothing.isNeeded()).isFalse();
        assertThat(nothing.consequences()).singleElement().asString().contains("--begin-anew");
        assertThat(new RepairedMySqlLog(outbox).anew().repaired()).hasSize(5);
    }

    @Test
    void columns_are_those_of_the_place_whatever_was_recorded_before_and_comes_later() throws SQLException {
        MySqlOutbox outbox = readOnce(1);
        server.execute("ALTER TABLE shop." + outbox.table + " ADD COLUMN first_of_all INT FIRST, DROP COLUMN type");
        MySqlGap.PURGED.bring(outbox);
        List<String> published = RepairedMySqlLog.ids(new RepairedMySqlLog(outbox).repaired(step -> {}, () -> {}));
        outbox.insert("b", 1);
        execute("ALTER TABLE shop." + outbox.table + " DROP COLUMN first_of_all");
        for (int attempt = 0; attempt < 2; attempt++) {
            outbox.insert("c" + attempt, 1);
            try (LogConsumer consumer = outbox.consumer("aggregatetype").awaitId("c" + attempt + "0")) {
                published.addAll(consumer.ids());
                assertThat(consumer.records)
                        .allSatisfy(it -> assertThat(it.columns()).containsExactly("order"));
                consumer.stopCleanly();
            }
        }
        assertThat(published).containsExactly("a0", "b0", "c00", "c10");
    }

    @Test
    void a_repair_waits_for_what_is_prepared_and_then_has_it() throws SQLException {
        MySqlOutbox outbox = readOnce(1);
        String xid = "'x" + outbox.table + "'";
        server.execute("XA START " + xid + "; INSERT INTO shop." + outbox.table + " (id) VALUES ('prepared'); XA END "
                + xid + "; XA PREPARE " + xid);
        RepairedMySqlLog repairs = new RepairedMySqlLog(outbox).anew();
        try {
            assertThat(refusal(outbox).summary()).contains("XA transaction");
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(repairs::repaired)
                    .satisfies(e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT))
                    .withMessageContaining("has not ended the transaction")
                    .withMessageContaining("XA RECOVER");
        } finally {
            server.execute("XA COMMIT " + xid);
        }

        List<String> published = repairs.repaired();

        published.addAll(goneOn(outbox, "b"));
        assertThat(published).containsExactly("a0", "prepared", "b0", "b1");
    }

    @Test
    void a_relay_and_a_second_repair_are_noticed_and_have_to_end_first() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        RepairedMySqlLog repairs = new RepairedMySqlLog(outbox).anew();
        try (LogConsumer relay = outbox.consumer().awaitOpen()) {
            assertFenced(repairs);
            outbox.insert("a", 1);
            relay.awaitRecords(1).stopCleanly();
        }
        assertThat(repairs.repaired(
                        step -> {
                            if (step != RepairStep.ENDED) {
                                assertFenced(repairs);
                                assertThat(refusal(outbox).kind()).isEqualTo(FailureKind.FENCED);
                            }
                        },
                        () -> {}))
                .hasSize(1);
    }

    private static void assertFenced(RepairedMySqlLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            assertThat(Objects.requireNonNull(repair.plan().refusal()).kind()).isEqualTo(FailureKind.FENCED);
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(repair::begin)
                    .satisfies(e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.FENCED));
        }
    }

    @Test
    void a_repair_whose_claim_is_lost_stores_nothing() throws SQLException {
        MySqlOutbox outbox = readOnce(3);
        RepairedMySqlLog repairs = new RepairedMySqlLog(outbox).anew();

        assertThatExceptionOfType(RelayException.class)
                .isThrownBy(() -> repairs.repaired(step -> {}, () -> killClaim(outbox)))
                .withMessageContaining("the session that claimed the table is lost");

        assertThat(refusal(outbox).summary()).contains("a repair was begun");
        assertThat(repairs.repaired()).containsExactly("a0", "a1", "a2");
    }

    private static void killClaim(MySqlOutbox outbox) {
        try {
            String holder = server.ask("SELECT IS_USED_LOCK('outbox-relay/shop." + outbox.table + "')");
            server.execute("KILL " + Objects.requireNonNull(holder));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MySqlOutbox readOnce(int rows) throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        // So that a log that begins anew is not as long as this one soon.
        server.execute("FLUSH BINARY LOGS; FLUSH BINARY LOGS");
        read(outbox, rows);
        return outbox;
    }

    private static void read(MySqlOutbox outbox, int rows) throws SQLException {
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", rows);
            consumer.awaitRecords(rows).stopCleanly();
        }
    }

    /** Two rows more, and all that the log has up to them. */
    private static List<String> goneOn(MySqlOutbox outbox, String prefix) throws SQLException {
        try (LogConsumer after = outbox.consumer().awaitOpen()) {
            outbox.insert(prefix, 2);
            return after.awaitId(prefix + "1").ids();
        }
    }

    private static Failure refusal(MySqlOutbox outbox) {
        try (LogConsumer refused = outbox.consumer()) {
            return refused.awaitFailure();
        }
    }

    private static RepairPlan plan(RepairedMySqlLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            return repair.plan();
        }
    }

    private static void execute(String sql) throws SQLException {
        server.execute("shop", sql);
    }

    private static List<String> ids(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
    }
}
