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
     * The message does not stand in Kafka and never will as it is; nothing is wrong with the publisher.
     *
     * @param failure of kind POISON
     * @return whether the messages behind it may be published; else nothing more of its topic is
     */
    boolean refused(long number, Failure failure);

    /**
     * The message does not stand in Kafka, or it is not known whether it does: the publisher is broken.
     *
     * @param failure of any kind but POISON
     */
    void failed(long number, Failure failure);
}
