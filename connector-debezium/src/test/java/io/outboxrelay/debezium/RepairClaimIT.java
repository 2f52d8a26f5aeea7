package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.debezium.repair.StandingSource;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepairClaimIT {

    private static final int ROWS_IN_ONE_GO = 3;
    private static final int MORE_THAN_FIT = 20_000;

    @ParameterizedTest
    @ValueSource(ints = {ROWS_IN_ONE_GO, MORE_THAN_FIT})
    void a_repair_that_has_lost_its_claim_publishes_no_more(int count) throws SQLException {
        try (EmbeddedDatabase database = LoggedOutbox.server()) {
            LoggedOutbox outbox = LoggedOutbox.of(
                    database,
                    "seq bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL, aggregateid text, payload text");
            outbox.insert("a", count);
            outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
            try (LogRepair repair = new RepairedLog(outbox).repair(step -> {})) {
                StandingRows rows = repair.begin();
                StandingSource source = new StandingSource(
                        rows, 1L << 20, DebeziumSource.rows(outbox.settings(), new LogFigures(), () -> null), () -> {});
                try (LogConsumer consumer = LogConsumer.of(source).settlingNothing()) {
                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> !consumer.take().entries().isEmpty());

                    assertThat(outbox.ask("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
                            .isEqualTo("t");

                    Failure failure = consumer.awaitFailure();
                    assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
                    assertThat(failure.summary()).contains("the session that claimed the table is lost");
                }
                assertThatExceptionOfType(RelayException.class).isThrownBy(repair::finish);
            }
        }
    }
}
