package io.outboxrelay.publish;

import io.outboxrelay.outbox.OutboxMessage;
import java.util.Optional;

/**
 * Where messages go. All methods are called by the loop's thread and none of them blocks. Messages that share a topic and key
 * are published in the order in which they were sent.
 *
 * <p>One publisher is one attempt: once it has reported a failure that is not POISON it is closed, and a new one is given
 * everything that is unsettled, from the oldest on.
 */
public interface Publisher extends AutoCloseable {

    /**
     * Takes over a message. Its outcome comes out of {@link #drain}.
     *
     * @param number the loop's number of the entry, which names it in the outcome; rising, but for the dead letter of an entry
     *     that was refused, which has the number of that
     */
    void send(long number, OutboxMessage message);

    /**
     * Delivers what became known since, in the order in which it became known, and moves along what is being held back.
     *
     * @param nowNanos monotonic time in nanoseconds
     * @return how many outcomes were delivered
     */
    int drain(Outcomes outcomes, long nowNanos);

    /** What unsettled messages are waiting for, in words for an operator, where the publisher knows. */
    Optional<String> waitingFor();

    /** Ends at once, without waiting for what is unsettled. No outcome is delivered afterwards. */
    @Override
    void close();
}
