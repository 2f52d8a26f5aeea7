package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.DebeziumSettings.MessageOutbox;
import io.outboxrelay.debezium.DebeziumSettings.MySqlLog;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.time.Clock;
import java.time.Duration;

/** The repair of whatever log an outbox is read from. */
public final class LogRepairs {

    private static final Duration CLAIM_ASKED_EVERY = Duration.ofSeconds(5);

    private LogRepairs() {}

    /**
     * A repair that has done nothing yet.
     *
     * @throws RelayException MISCONFIGURED where there is none of this outbox
     */
    public static LogRepair of(RepairRequest request, RepairStores stores, RepairSteps steps) {
        if (request.settings().outbox() instanceof MessageOutbox) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "an outbox without a table cannot be repaired: what was missed stands nowhere but in the log that is lost",
                    "run the statements that the relay prints, which begin anew, and have the application emit again what is missing");
        }
        if (request.settings().log() instanceof MySqlLog) {
            return new MySqlRepair(request, stores, steps, MySqlRepair.Pace.DEFAULT);
        }
        return new PostgresRepair(request, stores, steps, Clock.systemUTC(), CLAIM_ASKED_EVERY);
    }
}
