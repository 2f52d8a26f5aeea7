package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.PostgresConnections;
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
    private static final ReaderRules RIGHT = ReaderRules.PRODUCTION;

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Without a long transaction gaps settle all the time; with it they wait, and the rows behind them must not. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "IDENTITY, 20000, DELETE",
        "TRIGGER_PARTITIONED, 20000, DELETE",
        "IDENTITY, 200, DELETE",
        "TRIGGER_PARTITIONED, 200, DELETE",
        "IDENTITY, 20000, KEEP",
        "TRIGGER_PARTITIONED, 200, KEEP",
        "TRIGGER_PARTITIONED, 200, ARCHIVE"
    })
    void our_reader_loses_invents_and_reorders_nothing(
            Numbering numbering, int unrelatedMillis, StressedRetention retention) throws Exception {
        PollingCounters counters = new PollingCounters();
        StressRun run = stress(numbering, workload(unrelatedMillis), retention);

        Outcome outcome = run(run, OutboxOrder.SEQUENCE, RIGHT, counters);

        assertSound(outcome, events(unrelatedMillis), counters);
    }

    /** Numbers that sessions draw ahead are as good as any, and small rounds leave most rows for the next one. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({"IDENTITY, 20000, 500000", "TRIGGER_PARTITIONED, 200, 500000", "IDENTITY_CACHE_50, 200, 20"})
    void by_commit_timestamp_the_same_holds_for_events_inserted_before_their_aggregate_is_locked(
            Numbering numbering, int unrelatedMillis, int roundRowsMax) throws Exception {
        PollingCounters counters = new PollingCounters();
        Workload workload = workload(unrelatedMillis).withInsertsFirst();
        ReaderRules rules = RIGHT.withRounds(roundRowsMax, RIGHT.rounds().rule());

        Outcome outcome = run(stress(numbering, workload), OutboxOrder.COMMIT_TIMESTAMP, rules, counters);

        assertSound(outcome, events(unrelatedMillis), counters);
        assertThat(counters.untimedRows()).isZero();
        assertThat(counters.clocksSetBack()).isZero();
    }

    /** What the test above is worth. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void by_sequence_events_inserted_before_their_aggregate_is_locked_are_complete_and_out_of_order() throws Exception {
        Workload workload = workload(200).withInsertsFirst();

        Outcome outcome = run(stress(Numbering.IDENTITY, workload), OutboxOrder.SEQUENCE, RIGHT, new PollingCounters());

        assertThat(outcome.verdict().reordered())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isPositive();
        assertThat(outcome.verdict().lost() + outcome.verdict().phantom())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isZero();
    }

    @Test
    void without_order_it_loses_and_invents_nothing_even_where_sessions_draw_numbers_ahead() throws Exception {
        Outcome outcome =
                run(stress(Numbering.IDENTITY_CACHE_50, workload(200)), OutboxOrder.NONE, RIGHT, new PollingCounters());

        assertThat(outcome.fatal()).as("seed %d", SEED).isNull();
        assertThat(outcome.verdict().lost() + outcome.verdict().phantom())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isZero();
        assertThat(outcome.rowsLeft()).as("seed %d", SEED).isZero();
    }

    private static void assertSound(Outcome outcome, int events, PollingCounters counters) {
        assertThat(outcome.fatal()).as("seed %d", SEED).isNull();
        assertThat(outcome.verdict().isSound())
                .as("seed %d: %s", SEED, outcome.verdict())
                .isTrue();
        assertThat(outcome.verdict().committed()).isGreaterThan(events);
        assertThat(outcome.rowsLeft()).as("seed %d", SEED).isZero();
        assertThat(outcome.failures())
                .as("a new session for each that was terminated")
                .allMatch(failure -> failure.kind() == FailureKind.TRANSIENT)
                // A disk that stands still for 8 s, as a busy machine's does, costs a session as well (57014).
                .filteredOn(failure -> !failure.toString().contains("57014"))
                .hasSize(DISCONNECTS);
        assertThat(counters.sweptRows()).as("seed %d", SEED).isZero();
        assertThat(counters.missingDeletes()).as("seed %d", SEED).isZero();
    }

    private static Workload workload(int unrelatedMillis) {
        return Workload.everything(SEED)
                .withWriters(10)
                .withEventsMax(events(unrelatedMillis))
                .withEventsPerSecond(EVENTS_PER_SECOND)
                .withUnrelatedOpen(Duration.ofMillis(unrelatedMillis));
    }

    private static StressRun stress(Numbering numbering, Workload workload) {
        return stress(numbering, workload, StressedRetention.DELETE);
    }

    private static StressRun stress(Numbering numbering, Workload workload, StressedRetention retention) {
        return new StressRun(
                server, OutboxSchema.standard().withNumbering(numbering), workload, DISCONNECTS, retention);
    }

    private static Outcome run(StressRun run, OutboxOrder order, ReaderRules rules, PollingCounters counters)
            throws Exception {
        return run.ofSound((database, moments) -> {
            PollingSettings settings = new PollingSettings(
                    ConnectionSettings.of(server.url(database), EmbeddedDatabase.SUPERUSER, null),
                    new PollingSettings.Outbox(
                            "outbox",
                            PollingSettings.Columns.DEFAULT,
                            order,
                            run.retention().setting()),
                    PollingSettings.Reading.DEFAULT);
            OutboxColumns columns = new OutboxColumns(List.of("aggregatetype"));
            SessionLineage lineage = new SessionLineage(counters);
            PostgresConnections connections = new PostgresConnections(settings.connection());
            return () -> new PollingSource(settings, columns, lineage, rules, connections::open);
        });
    }

    private static int events(int unrelatedMillis) {
        return EVENTS_PER_SECOND
                * (int) SETTLED_LOAD.plusMillis(unrelatedMillis).toSeconds();
    }
}
