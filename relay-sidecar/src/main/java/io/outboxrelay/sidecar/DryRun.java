package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.route.Router;

/** Makes messages of records as a relay would, and shows them instead of sending them. Used by one thread. */
final class DryRun {

    private static final String REQUEST_BYTES_MAX = "max.request.size";

    private final Router router;
    private final long requestBytesMax;
    private final MessagePrinter printer;
    private MessagePrinter.Tally tally = new MessagePrinter.Tally(0, 0);

    DryRun(PipelineSettings pipeline, MessagePrinter printer) {
        this.router = new Router(pipeline.route());
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
            unpublishable(row.id(), e.failure());
            return;
        }
        if (message.sizeBytes() > requestBytesMax) {
            unpublishable(
                    row.id(),
                    Failure.of(
                            FailureKind.POISON,
                            "event " + row.id() + " cannot be published: it has " + message.sizeBytes()
                                    + " bytes, more than kafka." + REQUEST_BYTES_MAX + " = " + requestBytesMax,
                            "raise kafka." + REQUEST_BYTES_MAX + ", and max.message.bytes of topic " + message.topic()
                                    + " with it"));
            return;
        }
        tally = tally.oneMore();
        printer.message(message);
    }

    private void unpublishable(String id, Failure failure) {
        tally = tally.oneMoreUnpublishable();
        printer.unpublishable(id, failure);
    }
}
