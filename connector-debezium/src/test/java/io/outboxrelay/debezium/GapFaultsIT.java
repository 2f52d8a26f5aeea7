package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever makes the log a different one from that which was read ends a source, and is never passed over. */
class GapFaultsIT {

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
    @CsvSource(delimiter = '|', textBlock = """
            DROP PUBLICATION @                                                          | there is no publication
            ALTER PUBLICATION @ SET (publish = 'update')                                | publishes no inserts
            ALTER PUBLICATION @ SET (publish = 'update'); ALTER PUBLICATION @ SET (publish = 'insert') | was made anew or altered
            ALTER PUBLICATION @ DROP TABLE @                                            | does not have table
            ALTER PUBLICATION @ SET TABLE @ WHERE (id <> 'x')                           | that meet a condition
            ALTER PUBLICATION @ SET TABLE @ (id, aggregateid)                           | not the columns payload
            DROP TABLE @; CREATE TABLE @ (id text, aggregateid text, payload text)      | does not have table
            ALTER TABLE @ RENAME TO @_renamed                                           | does not exist, but publication
            """)
    void what_leaves_rows_out_is_noticed_while_a_source_reads(String breaking, String said) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        assumeTrue(
                !breaking.contains("SET TABLE") || outbox.serverVersion() >= 15, "publications with parts of a table");
        outbox.insert("a", 1);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            database.execute(breaking.replace("@", outbox.table));

            Failure failure = consumer.awaitFailure();

            assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(failure.summary()).contains(said).contains(" -> ");
        }
        // The server may take a moment to see that the reader has gone.
        await().atMost(Duration.ofSeconds(10)).until(() -> outbox.streamer() == null);
        // And again at every start, until somebody has done something about it.
        try (LogConsumer next = LogConsumer.of(outbox)) {
            assertThat(next.awaitFailure().kind()).isEqualTo(FailureKind.POSITION_LOST);
        }
    }

    @ParameterizedTest
    @CsvSource({"DROP TABLE @, does not exist", "ALTER TABLE @ DROP COLUMN payload, has no column payload"})
    void a_table_that_can_no_longer_be_read_is_noticed_and_nothing_is_lost_by_it(String breaking, String said)
            throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            database.execute(breaking.replace("@", outbox.table));

            Failure failure = consumer.awaitFailure();

            assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains(said);
        }
    }

    @Test
    void a_column_more_goes_unnoticed() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            database.execute("ALTER TABLE " + outbox.table + " ADD COLUMN more int DEFAULT 7");
            outbox.insert("a", 2);
            assertThat(consumer.awaitRecords(2).ids()).containsExactly("a0", "a1");
        }
    }

    @ParameterizedTest
    @CsvSource({"false, there is no replication slot", "true, the slot was made anew or advanced"})
    void a_slot_that_is_dropped_under_a_source_is_not_made_anew_without_a_word(boolean anew, String said)
            throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            dropSlot(outbox);
            outbox.insert("lost", 1);
            if (anew) {
                createSlot(outbox);
            }
            consumer.awaitFailure();
        }
        outbox.insert("b", 1);
        try (LogConsumer next = LogConsumer.of(outbox)) {
            Failure failure = next.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(failure.summary()).contains(said).contains("pg_create_logical_replication_slot");
            assertThat(next.records).isEmpty();
        }
        assertThat(outbox.ask("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + outbox.slot + "'"))
                .isEqualTo(anew ? "1" : "0");
    }

    @Test
    void while_another_relay_streams_what_it_stores_is_not_read() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        AtomicInteger reads = new AtomicInteger();
        Supplier<StateStore> counted = () -> {
            reads.incrementAndGet();
            return outbox.store();
        };
        try (LogConsumer first = LogConsumer.of(outbox).awaitRecords(1);
                LogConsumer next = LogConsumer.of(source(outbox, counted))) {
            assertThat(next.awaitFailure().kind()).isEqualTo(FailureKind.FENCED);
            assertThat(reads).hasValue(0);
            assertThat(first.ids()).containsExactly("a0");
        }
    }

    @Test
    void what_another_relay_stored_and_told_the_slot_since_the_store_was_read_is_not_lost() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
        outbox.insert("b", 1);
        AtomicInteger reads = new AtomicInteger();
        Supplier<StateStore> overtaken = () -> {
            StateStore read = outbox.store();
            if (reads.getAndIncrement() > 0) {
                return read;
            }
            Stale stale = new Stale(read.values());
            read.close();
            LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
            return stale;
        };
        try (LogConsumer next = LogConsumer.of(source(outbox, overtaken)).awaitOpen()) {
            outbox.insert("c", 1);
            assertThat(next.awaitRecords(1).ids()).containsExactly("c0");
        }
        // The last one once its own stream held the slot.
        assertThat(reads).hasValue(3);
    }

    private static OutboxSource source(LoggedOutbox outbox, Supplier<StateStore> stores) {
        return DebeziumSource.sources(
                        outbox::settings, new OutboxColumns(List.of()), stores, new LogLineage(new LogFigures()))
                .get();
    }

    /** What was read of a topic, which others have written to since. */
    private record Stale(SortedMap<String, String> values) implements StateStore {
        @Override
        public void put(String key, String value) {
            throw new IllegalStateException("what is stale is not gone on from");
        }

        @Override
        public void remove(String key) {
            throw new IllegalStateException("what is stale is not gone on from");
        }

        @Override
        public void close() {}
    }

    @Test
    void without_what_is_stored_a_slot_made_anew_would_lose_rows_in_silence() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
        dropSlot(outbox);
        outbox.insert("lost", 1);
        createSlot(outbox);
        outbox.insert("b", 1);
        outbox.forget();
        try (LogConsumer blind = LogConsumer.of(outbox).awaitRecords(1)) {
            assertThat(blind.ids()).containsExactly("b0");
        }
    }

    @Test
    void a_slot_that_was_advanced_by_somebody_is_noticed() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
        outbox.insert("lost", 1);
        outbox.ask("SELECT pg_replication_slot_advance('" + outbox.slot + "', pg_current_wal_lsn())");
        try (LogConsumer next = LogConsumer.of(outbox)) {
            assertThat(next.awaitFailure().summary()).contains("the slot was made anew or advanced");
        }
    }

    @Test
    void a_second_reader_stands_by_and_takes_over() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        outbox.insert("a", 1);
        LoggedOutbox other = outbox.ofAnotherRelay();
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(1)) {
            try (LogConsumer standby = LogConsumer.of(other)) {
                assertThat(standby.awaitFailure().kind()).isEqualTo(FailureKind.FENCED);
            }
            consumer.stopCleanly();
        }
        outbox.insert("b", 1);
        try (LogConsumer next = LogConsumer.of(other).awaitRecords(1)) {
            assertThat(next.ids()).containsExactly("b0");
        }
    }

    @Test
    void a_slot_whose_log_was_removed_is_refused_within_seconds() throws SQLException {
        try (EmbeddedDatabase small = EmbeddedDatabase.builder()
                .config("wal_level", "logical")
                .config("min_wal_size", "32MB")
                .config("max_wal_size", "32MB")
                .config("max_slot_wal_keep_size", "1MB")
                .start()) {
            small.execute("CREATE ROLE " + LoggedOutbox.ROLE + " LOGIN REPLICATION");
            LoggedOutbox outbox = LoggedOutbox.standard(small);
            outbox.insert("a", 1);
            LogConsumer.of(outbox).awaitRecords(1).stopCleanly();
            outbox.insert("lost", 1);
            small.execute("CREATE TABLE junk (it text)");
            for (int i = 0; i < 4; i++) {
                small.execute("INSERT INTO junk SELECT repeat('x', 1000) FROM generate_series(1, 10000)");
                outbox.ask("SELECT pg_switch_wal()");
                small.execute("CHECKPOINT");
            }
            long beganNanos = System.nanoTime();
            try (LogConsumer next = LogConsumer.of(outbox)) {
                Failure failure = next.awaitFailure();
                assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.POSITION_LOST);
                assertThat(failure.summary()).contains("was invalidated");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(Duration.ofSeconds(30));
        }
    }

    /** Ends who streams, and drops the slot before anybody comes back. */
    private static void dropSlot(LoggedOutbox outbox) throws SQLException {
        database.execute("DO $$ BEGIN LOOP"
                + " PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                + outbox.slot
                + "' AND active; BEGIN PERFORM pg_drop_replication_slot('" + outbox.slot
                + "'); EXIT; EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.01); END; END LOOP; END $$");
    }

    private static void createSlot(LoggedOutbox outbox) throws SQLException {
        database.execute("SELECT pg_create_logical_replication_slot('" + outbox.slot + "', 'pgoutput')");
    }
}
