package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.polling.PollingSettings.Reading;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderEvent;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Our own reader with one of its rules broken: each is caught by a script that the unbroken one passes. Scripts are repeated,
 * with other keys, until the broken rule has decided wrongly: hardly ever is a second time needed.
 */
class ReaderMutantsIT {
    private static final int ROUNDS_MAX = 20;
    private static final int RUN_ROWS = DeletePlan.RUN_MIN + 10;

    /** Idle reads are farther apart than looks at the holders of locks, so that gaps settle between two reads. */
    private static final Duration BETWEEN_READS = Duration.ofMillis(250);

    private static final ReaderRules RIGHT = ReaderRules.PRODUCTION;

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void dropping_gaps_after_a_read_cut_by_rows_is_caught() throws Exception {
        Reading tenRows = new Reading(10, 8L << 20, BETWEEN_READS, BETWEEN_READS, null);
        ReaderRules wrong = RIGHT.withCompleteness((page, settled) -> !page.cut() || page.lastNumber() >= settled);

        aLongTransactionCommitsLate(wrong, tenRows, "");
    }

    @Test
    void dropping_gaps_after_a_read_cut_by_bytes_is_caught() throws Exception {
        Reading sixteenKilobytes = new Reading(5_000, 16L << 10, BETWEEN_READS, BETWEEN_READS, null);
        ReaderRules wrong =
                RIGHT.withCompleteness((page, settled) -> page.rows() < page.rowsMax() || page.lastNumber() >= settled);

        aLongTransactionCommitsLate(wrong, sixteenKilobytes, "x".repeat(2_000));
    }

    @Test
    void reading_on_a_foreign_session_without_noticing_is_caught() throws Exception {
        try (MutantTrial trial = new MutantTrial(server, RIGHT.withGuard(token -> "true"), Reading.DEFAULT)) {
            readsGoToALaggingServer(trial);
            assertThat(trial.failures()).isEmpty();
            assertThat(trial.verdictNow().reordered()).isPositive();
        }
        try (MutantTrial trial = new MutantTrial(server, RIGHT, Reading.DEFAULT)) {
            readsGoToALaggingServer(trial);
            assertThat(trial.failures())
                    .isNotEmpty()
                    .allMatch(failure -> failure.kind() == FailureKind.TRANSIENT)
                    .anyMatch(failure -> failure.toString().contains("session"));
            assertThat(trial.verdict().isSound()).as("%s", trial.verdictNow()).isTrue();
        }
    }

    @Test
    void extending_a_delete_run_over_a_dropped_gap_is_caught() throws Exception {
        ReaderRules wrong = RIGHT.withRuns((previous, next, frontier) ->
                LongStream.range(previous + 1, next).noneMatch(frontier::inGap));
        try (MutantTrial trial = new MutantTrial(server, wrong, Reading.DEFAULT)) {
            for (int round = 1; !trial.rules.differed() && round <= ROUNDS_MAX; round++) {
                aRowAppearsInADroppedGap(trial, round);
            }
            assertThat(trial.verdict().lost()).as("%s", trial.verdictNow()).isPositive();
        }
        try (MutantTrial trial = new MutantTrial(server, RIGHT, Reading.DEFAULT)) {
            aRowAppearsInADroppedGap(trial, 1);
            assertThat(trial.verdict().isSound()).as("%s", trial.verdictNow()).isTrue();
            assertThat(trial.counters.sweptRows()).isEqualTo(1);
        }
    }

    private static void aLongTransactionCommitsLate(ReaderRules wrong, Reading reading, String note) throws Exception {
        try (MutantTrial trial = new MutantTrial(server, wrong, reading)) {
            for (int round = 1; !trial.rules.differed() && round <= ROUNDS_MAX; round++) {
                aLongTransactionCommitsLate(trial, "late-" + round, note);
            }
            assertThat(trial.verdictNow().reordered())
                    .as("%s", trial.verdictNow())
                    .isPositive();
        }
        try (MutantTrial trial = new MutantTrial(server, RIGHT, reading)) {
            aLongTransactionCommitsLate(trial, "late", note);
            assertThat(trial.verdict().isSound()).as("%s", trial.verdictNow()).isTrue();
            assertThat(trial.counters.sweptRows()).isZero();
        }
    }

    /** More rows than one read takes fill a gap that is settled by then, and the key goes on above. */
    private static void aLongTransactionCommitsLate(MutantTrial trial, String key, String note) throws Exception {
        try (ScriptedWriter late = trial.writer();
                ScriptedWriter other = trial.writer()) {
            for (int i = 0; i < 20; i++) {
                late.write(key, note);
            }
            OrderEvent above = other.write("above-" + key);
            other.commit();
            trial.awaitSeen(above);
            late.commit();
            trial.awaitSettled();
            OrderEvent next = other.write(key);
            other.commit();
            trial.awaitSeen(next);
        }
    }

    /** A row commits in a gap after COPY was sent to a server that lags, and the locks show that nobody holds up the gap any more. */
    private static void readsGoToALaggingServer(MutantTrial trial) throws Exception {
        try (ScriptedWriter late = trial.writer();
                ScriptedWriter other = trial.writer()) {
            late.write("late");
            OrderEvent above = other.write("above");
            other.commit();
            trial.awaitSeen(above);
            trial.pooler.split("outbox");
            late.commit();
            await().atMost(MutantTrial.PATIENCE)
                    .until(() ->
                            trial.rules.everythingSettled() || !trial.failures().isEmpty());
            trial.pooler.close();
            OrderEvent next = other.write("late");
            other.commit();
            trial.awaitSeen(next);
        }
    }

    /**
     * Somebody writes a number that was never his, between two runs of published rows, and deletes a published one, so that the
     * count does not tell.
     */
    private static void aRowAppearsInADroppedGap(MutantTrial trial, int round) throws Exception {
        try (ScriptedWriter writer = trial.writer();
                ScriptedWriter meddler = trial.writer()) {
            trial.driver.holdCommits();
            for (int i = 0; i < RUN_ROWS; i++) {
                writer.write("below-" + round);
            }
            long unused = writer.drawNumber();
            OrderEvent last = writer.write("above-" + round);
            for (int i = 1; i < RUN_ROWS; i++) {
                last = writer.write("above-" + round);
            }
            writer.commit();
            trial.awaitSeen(last);
            trial.awaitSettled();
            await().atMost(MutantTrial.PATIENCE).until(trial.driver::isCalm);
            meddler.writeUnder(unused, "meddling-" + round);
            meddler.execute("DELETE FROM outbox WHERE seq = " + (unused - 3));
            meddler.commit();
            trial.driver.releaseCommits();
            await().atMost(MutantTrial.PATIENCE).until(trial.driver::isCalm);
        }
    }
}
