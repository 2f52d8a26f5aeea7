package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.poison.PoisonPolicy;
import io.outboxrelay.route.Router;

/** Makes messages of records as a relay would, and shows them instead of sending them. Used by one thread. */
final class DryRun {

    private static final String REQUEST_BYTES_MAX = "max.request.size";

    private final Router router;
    private final PoisonPolicy poison;
    private final long requestBytesMax;
    private final MessagePrinter printer;
    private MessagePrinter.Tally tally = new MessagePrinter.Tally(0, 0);

    DryRun(String name, PipelineSettings pipeline, MessagePrinter printer) {
        this.router = new Router(pipeline.route());
        this.poison = DeadLetterLog.policy(name, pipeline);
        this.printer = printer;
        Object given = pipeline.publisher().producerConfig().get(REQUEST_BYTES_MAX);
        this.requestBytesMax =
                given == null ? Long.MAX_VALUE : Long.parseLong(given.toString().strip());
    }

    MessagePrinter.Tally tally() {
        return tally;
    }

    void take(OutboxRecord row) {
        OutboxMessage message;
        try {
            message = router.route(row);
        } catch (RelayException e) {
            unpublishable(router.unrouted(row), e.failure());
            return;
        }
        if (message.sizeBytes() > requestBytesMax) {
            unpublishable(
                    message,
                    Failure.poison(
                            PoisonReason.TOO_LARGE,
                            new Problem(
                                    "event " + row.id() + " cannot be published: it has " + message.sizeBytes()
                                            + " bytes, more than kafka." + REQUEST_BYTES_MAX + " = " + requestBytesMax,
                                    "raise kafka." + REQUEST_BYTES_MAX + ", and max.message.bytes of topic "
                                            + message.topic() + " with it"),
                            null));
            return;
        }
        tally = tally.oneMore();
        printer.message(message);
    }

    private void unpublishable(OutboxMessage message, Failure failure) {
        OutboxMessage letter = poison.instead(message, failure);
        if (letter != null && letter.sizeBytes() <= requestBytesMax) {
            tally = tally.oneMore();
            printer.message(letter);
            return;
        }
        tally = tally.oneMoreUnpublishable();
        printer.unpublishable(message.id(), failure);
    }
}
