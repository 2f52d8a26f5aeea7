package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.outbox.OutboxMessage;

/** How a dry run shows what it finds. Used by one thread. */
interface MessagePrinter {

    /** Of a payload, no more is shown. */
    int PAYLOAD_BYTES_SHOWN_MAX = 2_048;

    void message(OutboxMessage message);

    /**
     * A row that can never be published as it is.
     *
     * @param id of the event, or empty where the row has none
     * @param failure why, and what to do
     */
    void unpublishable(String id, Failure failure);

    /**
     * All were shown.
     *
     * @param table as the settings name it
     * @param more whether others may stand behind them
     */
    void end(String table, Tally tally, boolean more);

    /**
     * How many there were.
     *
     * @param messages that could be published
     * @param unpublishable rows that cannot
     */
    record Tally(long messages, long unpublishable) {

        Tally oneMore() {
            return new Tally(messages + 1, unpublishable);
        }

        Tally oneMoreUnpublishable() {
            return new Tally(messages, unpublishable + 1);
        }
    }
}
