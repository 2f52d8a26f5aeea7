package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A sweep looks at the whole table, and must not keep the thread from reading meanwhile. */
class SweepIT {

    private static final int DEAD_ROWS = 1_000_000;

    /** Where stretches do not get shorter, the budget doubles until one over all dead rows fits: 160 ms here, and seconds elsewhere. */
    private static final int BUDGET_MILLIS_MAX = 80;

    /** Far more than it takes where stretches get shorter. */
    private static final int STRETCHES_MAX = 1_000;

    @Test
    void rows_that_are_dead_but_not_gone_are_swept_in_short_stretches() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.started()) {
            OutboxFixture outbox = OutboxFixture.ordinary(database);
            outbox.insertMany("dead ", 1, DEAD_ROWS);
            try (Connection holdsTheHorizon = database.connect();
                    Connection connection = outbox.connect()) {
                holdsTheHorizon.setAutoCommit(false);
                holdsTheHorizon.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                OutboxFixture.execute(holdsTheHorizon, "SELECT 1 FROM " + outbox.table() + " LIMIT 1");
                database.execute("DELETE FROM " + outbox.table());
                outbox.insert("stands");
                PollingSession session = outbox.session(connection);
                ReadingProgress progress = new ReadingProgress(ReaderRules.PRODUCTION);
                progress.read(DEAD_ROWS + 1);
                PollingCounters counters = new PollingCounters();
                Sweep sweep = new Sweep(session, SequenceSql.of(session), counters);

                int budgetMillisMax = 0;
                int stretches = 0;
                boolean underWay = false;
                do {
                    sweep.run(progress);
                    stretches++;
                    budgetMillisMax = Math.max(budgetMillisMax, sweep.budgetMillis());
                    underWay |= !sweep.isAtStart();
                } while (!(underWay && sweep.isAtStart())
                        && stretches < STRETCHES_MAX
                        && budgetMillisMax <= BUDGET_MILLIS_MAX);

                assertThat(budgetMillisMax).isLessThanOrEqualTo(BUDGET_MILLIS_MAX);
                assertThat(underWay && sweep.isAtStart())
                        .as("it came to its end within " + stretches + " stretches")
                        .isTrue();
                assertThat(counters.sweptRows()).isZero();
            }
        }
    }
}
