package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Applications that commit with {@code synchronous_commit = off}, and a server that crashes: commits are undone, and numbers that
 * were drawn are drawn again, for other rows. A ledger written by the same transactions says what survived.
 */
class CrashIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.builder()
                .config("wal_writer_delay", "10s")
                .config("autovacuum", "off")
                .start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void numbers_drawn_again_after_a_crash_belong_to_rows_that_are_published_before_they_are_deleted()
            throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database).reading(5_000, 8 << 20, Duration.ofHours(1));
        Map<String, String> numberById = new HashMap<>();
        outbox.insertMany("kept", 1, 5);
        try (TestConsumer consumer = TestConsumer.of(outbox, "seq").awaitOpen()) {
            note(numberById, consumer.awaitRecords(5));
            // It reads once an hour, so that nothing makes the next rows durable by the way.
            commitWithoutFlush(outbox, "undone", 1, 200);
            database.crash();
            database.start();
            assertThat(outbox.standing()).hasSize(5);
            outbox.insertMany("redrawn", 1, 200);
            consumer.commitAll();
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(outbox.standing()).hasSize(205);
        }
        try (TestConsumer consumer = TestConsumer.of(outbox, "seq").committing().awaitOpen()) {
            note(numberById, consumer.awaitRecords(205));
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
        }
        assertThat(numberById.keySet()).noneMatch(id -> id.startsWith("undone")).hasSize(205);
        assertThat(numberById.values().stream().mapToLong(Long::parseLong).max().orElseThrow())
                .as("numbers were drawn again")
                .isLessThan(400);
    }

    @ParameterizedTest(name = "seed {0}, {1}")
    @CsvSource({"1, false", "2, false", "3, false", "4, true", "5, true", "6, true"})
    void what_survived_is_published_and_nothing_else(long seed, boolean kept) throws SQLException {
        Random random = new Random(seed);
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        if (kept) {
            outbox.keeping();
        }
        String ledger = "ledger_of_" + outbox.table();
        database.execute("CREATE TABLE " + ledger + " (id text)");
        Set<String> published = new HashSet<>();
        for (int round = 0; round < 4; round++) {
            try (TestConsumer consumer = TestConsumer.of(outbox);
                    Connection writer = database.connect()) {
                OutboxFixture.execute(writer, "SET synchronous_commit = off");
                writer.setAutoCommit(false);
                int transactions = 20 + random.nextInt(200);
                for (int i = 0; i < transactions; i++) {
                    String id = "s" + seed + "r" + round + "t" + i;
                    outbox.insert(writer, id);
                    OutboxFixture.execute(writer, "INSERT INTO " + ledger + " VALUES ('" + id + "')");
                    writer.commit();
                    takeAndSometimesCommit(consumer, random);
                }
                database.crash();
                takeTheRest(consumer);
                published.addAll(consumer.ids());
            } catch (SQLException e) {
                // The writer's connection went down with the server.
            }
            database.start();
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            await().atMost(PATIENCE).until(() -> {
                consumer.take();
                return kept
                        ? outbox.query(StressedRetention.KEEP.rowsLeft().replace("outbox o", outbox.table() + " o"))
                                .equals(List.of("0"))
                        : outbox.standing().isEmpty();
            });
            published.addAll(consumer.ids());
        }
        database.execute("DROP TABLE IF EXISTS outbox_relay_state");
        assertThat(published).as("seed " + seed).isEqualTo(new HashSet<>(outbox.query("SELECT id FROM " + ledger)));
    }

    private static void takeAndSometimesCommit(TestConsumer consumer, Random random) {
        consumer.take();
        if (random.nextInt(5) == 0 && !consumer.entries.isEmpty()) {
            int upTo = random.nextInt(consumer.entries.size());
            consumer.source.commit(consumer.entries.get(upTo).position());
        }
    }

    /** What the source handed out before it noticed counts as published. */
    private static void takeTheRest(TestConsumer consumer) {
        try {
            for (int i = 0; i < 100; i++) {
                consumer.take();
            }
        } catch (RelayException e) {
            assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
    }

    private static void commitWithoutFlush(OutboxFixture outbox, String prefix, int from, int to) throws SQLException {
        try (Connection writer = database.connect()) {
            OutboxFixture.execute(writer, "SET synchronous_commit = off");
            for (int n = from; n <= to; n++) {
                outbox.insert(writer, prefix + n);
            }
        }
    }

    private static void note(Map<String, String> numberById, List<OutboxRecord> records) {
        for (OutboxRecord record : records) {
            numberById.put(record.id(), record.columns().get(0));
        }
    }
}
