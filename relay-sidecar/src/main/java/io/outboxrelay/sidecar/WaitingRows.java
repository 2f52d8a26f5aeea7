package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.polling.StandingRecords;
import io.outboxrelay.route.Router;
import java.util.function.Consumer;

/** What a relay would publish next, read beside it. */
final class WaitingRows {

    private WaitingRows() {}

    /**
     * In the relay's order.
     *
     * @param rowsMax after which to stop
     * @return whether there are more
     * @throws io.outboxrelay.failure.RelayException as the source throws it
     */
    static boolean read(PipelineSettings pipeline, int rowsMax, Consumer<OutboxRecord> sink) {
        if (!(pipeline.source() instanceof SourceSettings.Polling source)) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "what a relay with source.type = debezium would publish stands in the database's log, which only that relay can read",
                    "start it with another route.topic and a slot of its own, if it is to be seen before");
        }
        return StandingRecords.read(source.polling(), new Router(pipeline.route()).columns(), rowsMax, sink);
    }
}
