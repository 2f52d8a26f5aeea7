package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.StressRun.Outcome;
import io.outboxrelay.polling.wrong.IdAboveLastReader;
import io.outboxrelay.polling.wrong.TableLockFloorReader;
import io.outboxrelay.polling.wrong.TwoStatementReader;
import io.outboxrelay.polling.wrong.UnseenRangeDeleteReader;
import io.outboxrelay.polling.wrong.WrongReader;
import io.outboxrelay.polling.wrong.WrongSource;
import io.outboxrelay.polling.wrong.XminWatermarkReader;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.OutboxSchema.Numbering;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The stress test, passed by our reader and by none of the popular wrong ones. {@code -Doutboxrelay.seed=...} repeats the
 * decisions of a run that failed.
 */
class PollingStressIT {
    private static final long SEED = Long.getLong("outboxrelay.seed", System.nanoTime());
    private static final int WRITERS = 10;
    private static final int EVENTS_PER_SECOND = 2_000;

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"IDENTITY", "TRIGGER_PARTITIONED"})
    void our_reader_loses_invents_and_reorders_nothing(Numbering numbering) throws Exception {
        PollingCounters counters = new PollingCounters();
        int unrelatedSeconds = 20;
        Workload workload = load((unrelatedSeconds + 2) * EVENTS_PER_SECOND, Duration.ofSeconds(unrelatedSeconds));
        StressRun run = new StressRun(server, OutboxSchema.standard().withNumbering(numbering), workload, 3);

        Outcome outcome = run.ofSound((database, moments) -> PollingSource.factory(
                PollingSettings.of(
                        ConnectionSettings.of(server.url(database), EmbeddedDatabase.SUPERUSER, null),
                        "outbox",
                        PollingSettings.Columns.DEFAULT),
                new OutboxColumns(List.of("aggregatetype")),
                counters));

        assertThat(outcome.fatal()).as("seed %d", SEED).isNull();
        assertThat(outcome.verdict().isSound())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isTrue();
        assertThat(outcome.verdict().committed()).isGreaterThan((long) EVENTS_PER_SECOND * unrelatedSeconds);
        assertThat(outcome.rowsLeft()).as("seed %d", SEED).isZero();
        assertThat(outcome.failures())
                .as("one new session for each that was terminated")
                .hasSize(3)
                .allMatch(failure -> failure.kind() == FailureKind.TRANSIENT);
        assertThat(counters.sweptRows()).as("seed %d", SEED).isZero();
    }

    @Test
    void reading_above_the_last_number_loses_rows() throws Exception {
        assertThat(wrong(Numbering.IDENTITY, moments -> new IdAboveLastReader())
                        .verdict()
                        .lost())
                .as("seed %d", SEED)
                .isPositive();
    }

    @Test
    void reading_below_the_oldest_running_transaction_reorders() throws Exception {
        Outcome outcome = wrong(Numbering.IDENTITY, moments -> new XminWatermarkReader());

        assertThat(outcome.verdict().reordered()).as("seed %d", SEED).isPositive();
        assertThat(outcome.verdict().lost()).as("seed %d", SEED).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"IDENTITY", "TRIGGER_PARTITIONED"})
    void a_floor_from_locks_on_the_table_loses_rows(Numbering numbering) throws Exception {
        assertThat(wrong(numbering, moments -> new TableLockFloorReader())
                        .verdict()
                        .lost())
                .as("seed %d", SEED)
                .isPositive();
    }

    @Test
    void gaps_and_frontier_in_two_statements_reorder() throws Exception {
        Outcome outcome = wrong(Numbering.IDENTITY, moments -> new TwoStatementReader(moments.betweenStatements()));

        assertThat(outcome.verdict().reordered()).as("seed %d", SEED).isPositive();
        assertThat(outcome.verdict().lost()).as("seed %d", SEED).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"IDENTITY", "IDENTITY_CACHE_50"})
    void a_range_delete_over_unseen_numbers_loses_rows(Numbering numbering) throws Exception {
        assertThat(wrong(numbering, moments -> new UnseenRangeDeleteReader(moments.beforeDelete()))
                        .verdict()
                        .lost())
                .as("seed %d", SEED)
                .isPositive();
    }

    private static Outcome wrong(Numbering numbering, Function<Interleavings.Moments, WrongReader> reader)
            throws Exception {
        StressRun run = new StressRun(
                server, OutboxSchema.standard().withNumbering(numbering), load(2_000, Duration.ofMillis(500)), 0);
        return run.ofWrong((database, moments) -> {
            WrongReader wrong = reader.apply(moments);
            return () -> new WrongSource(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, database), wrong);
        });
    }

    private static Workload load(int events, Duration unrelatedOpen) {
        return Workload.everything(SEED)
                .withWriters(WRITERS)
                .withEventsMax(events)
                .withEventsPerSecond(EVENTS_PER_SECOND)
                .withUnrelatedOpen(unrelatedOpen);
    }
}
