package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The test that our reader passes in {@link PollingStressIT}, for readers that are wrong in popular ways: each is caught, by a
 * script that makes its fault certain. One after the other, in a server of their own: what one of them does not hand out
 * depends on every transaction of the server.
 */
class WrongReadersIT {
    private static final long SEED = Long.getLong("outboxrelay.seed", System.nanoTime());

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
                server,
                OutboxSchema.standard().withNumbering(numbering),
                Workload.everything(SEED)
                        .withWriters(10)
                        .withEventsMax(2_000)
                        .withUnrelatedOpen(Duration.ofMillis(500)),
                0,
                StressedRetention.DELETE);
        return run.ofWrong((database, moments) -> {
            WrongReader wrong = reader.apply(moments);
            return () -> new WrongSource(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, database), wrong);
        });
    }
}
