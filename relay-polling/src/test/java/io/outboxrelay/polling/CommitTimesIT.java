package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a row was committed is known exactly where the server notes it, and else never said to be later than it was. */
class CommitTimesIT {

    /** Two clocks are compared by a question and its answer, on a machine that is busy with other things. */
    private static final long ERROR_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static EmbeddedDatabase tracking;
    private static EmbeddedDatabase untracked;

    /** Ways to read a table. */
    enum Way {
        SEQUENCE,
        KEEP,
        COMMIT_TIMESTAMP,
        NONE;

        OutboxFixture of(EmbeddedDatabase database) throws SQLException {
            OutboxFixture outbox =
                    OutboxFixture.of(database, "id text NOT NULL UNIQUE, key text, payload text, note text");
            return switch (this) {
                case SEQUENCE -> outbox;
                case KEEP -> outbox.keeping();
                case COMMIT_TIMESTAMP -> outbox.byCommitTimestamp();
                case NONE -> outbox.unordered();
            };
        }
    }

    @BeforeAll
    static void start() {
        tracking = EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .start();
        untracked = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        tracking.close();
        untracked.close();
    }

    @ParameterizedTest
    @EnumSource
    void with_commit_timestamps_it_is_that_of_the_commit_also_for_what_stood_there_before(Way way) throws Exception {
        OutboxFixture outbox = way.of(tracking);
        try (Connection writer = tracking.connect()) {
            writer.setAutoCommit(false);
            outbox.insert(writer, "early");
            pause(Duration.ofSeconds(1));
            long before = System.nanoTime();
            writer.commit();
            long after = System.nanoTime();
            pause(Duration.ofSeconds(1));
            try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
                consumer.awaitRecords(1);
                assertThat(consumer.records().get(0).committedNanos()).isBetween(before - ERROR_NANOS, after);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEQUENCE", "KEEP", "NONE"})
    void without_it_is_a_moment_before_at_which_the_row_was_not_there_yet(Way way) throws Exception {
        OutboxFixture outbox = way.of(untracked);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection late = untracked.connect()) {
            late.setAutoCommit(false);
            outbox.insert(late, "late");
            outbox.insert("other");
            consumer.awaitRecords(1);
            pause(Duration.ofSeconds(2));
            late.commit();
            long after = System.nanoTime();
            consumer.awaitRecords(2);
            OutboxRecord row = consumer.records().get(1);
            assertThat(row.id()).isEqualTo("late");
            assertThat(row.committedNanos())
                    .as("not after the commit, and less than the longest wait between two reads before it")
                    .isBetween(after - Duration.ofSeconds(1).toNanos() - ERROR_NANOS, after);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEQUENCE", "KEEP", "NONE"})
    void without_it_is_unknown_of_what_the_first_read_finds(Way way) throws Exception {
        OutboxFixture outbox = way.of(untracked);
        outbox.insert("early");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            consumer.awaitRecords(1);
            assertThat(consumer.records().get(0).committedNanos()).isEqualTo(OutboxRecord.COMMIT_UNKNOWN);
        }
    }

    @Test
    void what_a_page_left_for_the_next_one_may_have_been_there_for_as_long() throws Exception {
        OutboxFixture outbox = OutboxFixture.ordinary(untracked).reading(10, 8 << 20);
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            outbox.insert("first");
            consumer.awaitRecords(1);
            outbox.insertMany("row-", 1, 100);
            long after = System.nanoTime();
            consumer.awaitRecords(101);
            assertThat(consumer.records())
                    .allSatisfy(row -> assertThat(row.committedNanos()).isLessThan(after))
                    .anySatisfy(row -> assertThat(row.committedNanos()).isNotEqualTo(OutboxRecord.COMMIT_UNKNOWN));
        }
    }

    private static void pause(Duration time) {
        await("time passes").pollDelay(time).until(() -> true);
    }
}
