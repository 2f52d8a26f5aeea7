package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.RepairStep;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.jdbc.slot.StreamStatements;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a repair, or of an operator's own, is never taken for more than it is: nothing that stands is left out in silence. */
class RepairResumedIT {

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
    @ValueSource(strings = {"", "1 begun 2026-01-02T03:04:05Z", "1 stored 1 1 1 0/1 1.1/1.1", "2 of a later version"})
    void a_note_starts_the_whole_anew_even_where_slot_and_position_are_sound(String note) throws SQLException {
        LoggedOutbox outbox = readOnce(2);
        String key = "repair." + position(outbox).firstKey();
        killedAt(RepairStep.MARKED, new RepairedLog(outbox).droppingSlot());
        awaitUnclaimed(outbox);
        if (!note.isEmpty()) {
            try (StateStore store = outbox.store()) {
                store.put(key, note);
            }
        }

        assertThat(ids(new RepairedLog(outbox).repaired())).containsExactly("a0", "a1");

        assertThat(position(outbox)).hasSize(1);
    }

    @Test
    void a_repair_that_cannot_reach_the_slot_leaves_relays_as_they_were() throws SQLException {
        LoggedOutbox outbox = readOnce(1);
        try {
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(() -> new RepairedLog(outbox)
                            .droppingSlot()
                            .repaired(
                                    step -> {
                                        if (step == RepairStep.MARKED) {
                                            login("NOLOGIN");
                                        }
                                    },
                                    () -> {}));
        } finally {
            login("LOGIN");
        }

        assertThat(position(outbox)).hasSize(1);
        outbox.insert("b", 1);
        assertThat(LogConsumer.of(outbox).awaitRecords(1).ids()).containsExactly("b0");
    }

    @Test
    void a_relay_that_read_the_store_before_a_repair_began_does_not_take_its_slot() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 2);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch made = new CountDownLatch(1);
        AtomicInteger opened = new AtomicInteger();
        Supplier<StateStore> stores = () -> {
            if (opened.getAndIncrement() > 0) {
                return outbox.store();
            }
            SortedMap<String, String> before = position(outbox);
            read.countDown();
            awaitQuietly(made);
            return new ReadBefore(outbox, before);
        };

        try (LogConsumer relay = held(outbox, stores)) {
            read.await();
            killedAt(RepairStep.CREATED, new RepairedLog(outbox));
            outbox.insert("b", 1);
            made.countDown();

            Failure failure = relay.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(failure.summary()).contains("a repair was begun");
            assertThat(relay.isOpen()).isFalse();
            assertThat(relay.records).isEmpty();
        }
        awaitFree(outbox);
        awaitUnclaimed(outbox);
        assertThat(ids(new RepairedLog(outbox).repaired())).containsExactly("a0", "a1", "b0");
    }

    @Test
    void a_relay_starts_over_where_the_position_was_changed_before_it_held_the_slot() throws SQLException {
        LoggedOutbox outbox = readOnce(1);
        AtomicInteger opened = new AtomicInteger();
        Supplier<StateStore> stores = () -> {
            StateStore store = outbox.store();
            if (opened.getAndIncrement() == 1) {
                String key = store.values().firstKey();
                StreamPosition there = StreamPosition.parse(store.values().get(key));
                store.put(key, there.at(there.lsn() - 8).text());
            }
            return store;
        };
        try (LogConsumer relay = held(outbox, stores)) {
            Failure failure = relay.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).contains("was changed meanwhile");
            assertThat(relay.isOpen()).isFalse();
        }
    }

    @Test
    void where_the_position_was_given_up_what_stands_is_not_said_to_be_read() throws SQLException {
        LoggedOutbox outbox = readOnce(2);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
        outbox.insert("b", 1);
        StreamPosition given =
                StreamPosition.parse(position(outbox).values().iterator().next());
        StreamStatements statements =
                new StreamStatements(SlotSession.request(outbox.settings(), new OutboxColumns(List.of())));
        database.execute(statements.stamp(given));
        database.execute(statements.createSlot(180_000));

        try (LogRepair repair = new RepairedLog(outbox).repair(step -> {})) {
            Failure refusal = Objects.requireNonNull(repair.plan().refusal());
            assertThat(refusal.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(refusal.summary()).contains("was given up").contains("--drop-slot");
        }
        assertThat(ids(new RepairedLog(outbox).droppingSlot().repaired())).containsExactly("a0", "a1", "b0");
    }

    /** What was read before others wrote, as from a topic; what is put goes where theirs is. */
    private record ReadBefore(LoggedOutbox outbox, SortedMap<String, String> values) implements StateStore {

        @Override
        public void put(String key, String value) {
            try (StateStore store = outbox.store()) {
                store.put(key, value);
            }
        }

        @Override
        public void remove(String key) {
            throw new UnsupportedOperationException(key);
        }

        @Override
        public void close() {}
    }

    private static LogConsumer held(LoggedOutbox outbox, Supplier<StateStore> stores) {
        return LogConsumer.of(
                DebeziumSource.factory(outbox::settings, new OutboxColumns(List.of()), stores, new LogFigures())
                        .get());
    }

    private static LoggedOutbox readOnce(int rows) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", rows);
        LogConsumer.of(outbox).awaitRecords(rows).stopCleanly();
        awaitFree(outbox);
        return outbox;
    }

    private static void killedAt(RepairStep point, RepairedLog repairs) {
        assertThatExceptionOfType(RepairedLog.Killed.class)
                .isThrownBy(() -> repairs.repaired(
                        step -> {
                            if (step == point) {
                                throw new RepairedLog.Killed();
                            }
                        },
                        () -> {}));
    }

    private static void login(String option) {
        try {
            database.execute("ALTER ROLE " + LoggedOutbox.ROLE + " " + option);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SortedMap<String, String> position(LoggedOutbox outbox) {
        try (StateStore store = outbox.store()) {
            return store.values();
        }
    }

    private static List<String> ids(List<OutboxRecord> records) {
        return records.stream().map(OutboxRecord::id).toList();
    }

    private static void awaitFree(LoggedOutbox outbox) {
        await().atMost(Duration.ofSeconds(10)).until(() -> outbox.streamer() == null);
    }

    /** The server may take a moment to see that whoever held the table has gone. */
    private static void awaitUnclaimed(LoggedOutbox outbox) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> outbox.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                        .equals("0"));
    }
}
