package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.StressRun.Outcome;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.OutboxSchema.Numbering;
import io.outboxrelay.testkit.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The stress test, passed by our reader; {@link WrongReadersIT} shows that wrong ones do not pass it. Its runs overlap: they
 * wait more than they work. {@code -Doutboxrelay.seed=...} repeats the writers' decisions of a run that failed.
 */
class PollingStressIT {
    private static final long SEED = Long.getLong("outboxrelay.seed", System.nanoTime());
    private static final int EVENTS_PER_SECOND = 1_000;
    private static final Duration SETTLED_LOAD = Duration.ofSeconds(5);
    private static final int DISCONNECTS = 3;

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Without a long transaction gaps settle all the time; with it they wait, and the rows behind them must not. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({"IDENTITY, 20000", "TRIGGER_PARTITIONED, 20000", "IDENTITY, 200", "TRIGGER_PARTITIONED, 200"})
    void our_reader_loses_invents_and_reorders_nothing(Numbering numbering, int unrelatedMillis) throws Exception {
        PollingCounters counters = new PollingCounters();
        int events = events(unrelatedMillis);

        Outcome outcome = run(numbering, unrelatedMillis, OutboxOrder.SEQUENCE, counters);

        assertThat(outcome.fatal()).as("seed %d", SEED).isNull();
        assertThat(outcome.verdict().isSound())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isTrue();
        assertThat(outcome.verdict().committed()).isGreaterThan(events);
        assertThat(outcome.rowsLeft()).as("seed %d", SEED).isZero();
        assertThat(outcome.failures())
                .as("a new session for each that was terminated")
                .hasSize(DISCONNECTS)
                .allMatch(failure -> failure.kind() == FailureKind.TRANSIENT);
        assertThat(counters.sweptRows()).as("seed %d", SEED).isZero();
        assertThat(counters.missingDeletes()).as("seed %d", SEED).isZero();
    }

    @Test
    void without_order_it_loses_and_invents_nothing_even_where_sessions_draw_numbers_ahead() throws Exception {
        Outcome outcome = run(Numbering.IDENTITY_CACHE_50, 200, OutboxOrder.NONE, new PollingCounters());

        assertThat(outcome.fatal()).as("seed %d", SEED).isNull();
        assertThat(outcome.verdict().lost() + outcome.verdict().phantom())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isZero();
        assertThat(outcome.rowsLeft()).as("seed %d", SEED).isZero();
    }

    private static Outcome run(Numbering numbering, int unrelatedMillis, OutboxOrder order, PollingCounters counters)
            throws Exception {
        Workload workload = Workload.everything(SEED)
                .withWriters(10)
                .withEventsMax(events(unrelatedMillis))
                .withEventsPerSecond(EVENTS_PER_SECOND)
                .withUnrelatedOpen(Duration.ofMillis(unrelatedMillis));
        StressRun run = new StressRun(server, OutboxSchema.standard().withNumbering(numbering), workload, DISCONNECTS);
        return run.ofSound((database, moments) -> PollingSource.factory(
                new PollingSettings(
                        ConnectionSettings.of(server.url(database), EmbeddedDatabase.SUPERUSER, null),
                        "outbox",
                        PollingSettings.Columns.DEFAULT,
                        order,
                        PollingSettings.Reading.DEFAULT),
                new OutboxColumns(List.of("aggregatetype")),
                counters));
    }

    private static int events(int unrelatedMillis) {
        return EVENTS_PER_SECOND
                * (int) SETTLED_LOAD.plusMillis(unrelatedMillis).toSeconds();
    }
}
