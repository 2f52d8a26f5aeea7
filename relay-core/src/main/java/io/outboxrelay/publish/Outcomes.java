package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;

/** Takes the outcomes of messages. Called by the loop's thread only, from within {@link Publisher#drain}. */
public interface Outcomes {

    /** The message stands in Kafka: acknowledged by all in-sync replicas. */
    void published(long number);

    /**
     * The message does not stand in Kafka, or it is not known whether it does.
     *
     * @param failure POISON when this very message can never be published; of another kind when the publisher is broken
     */
    void failed(long number, Failure failure);
}
