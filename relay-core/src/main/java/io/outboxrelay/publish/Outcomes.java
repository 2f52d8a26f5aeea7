package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;

/** Takes the outcomes of messages. Called by the loop's thread only, from within {@link Publisher#drain}. */
public interface Outcomes {

    /**
     * The message stands in Kafka: acknowledged by all in-sync replicas.
     *
     * @param partition where, in its topic
     * @param offset and there; -1 where the broker did not say, which it does not when it recognised a repeat
     */
    void published(long number, int partition, long offset);

    /**
     * The message does not stand in Kafka, or it is not known whether it does.
     *
     * @param failure POISON when this very message can never be published; of another kind when the publisher is broken
     */
    void failed(long number, Failure failure);
}
