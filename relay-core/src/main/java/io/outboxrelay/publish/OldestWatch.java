package io.outboxrelay.publish;

import java.util.concurrent.TimeUnit;

/**
 * Watches the oldest unsettled message, which holds up everything behind it even while others are acknowledged: brokers can be
 * at odds with the relay one by one, and what the others answer says nothing of the one that it waits for.
 *
 * <p>Belongs to the loop's thread.
 */
final class OldestWatch {

    /** How long a message has to be the oldest before anything is made of it. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long NONE = -1;

    private final ProducerVitals vitals;
    private long number = NONE;
    private long sinceNanos;
    private long lookedIntoNanos;
    private long refusalsBefore;

    OldestWatch(ProducerVitals vitals) {
        this.vitals = vitals;
    }

    /** A message is the oldest now. */
    void oldestIs(long oldest, long nowNanos) {
        if (oldest != number) {
            number = oldest;
            sinceNanos = nowNanos;
            lookedIntoNanos = nowNanos;
            refusalsBefore = vitals.refusals();
        }
    }

    /** Nothing is unsettled. */
    void noneIs() {
        number = NONE;
    }

    /** Whether a broker has refused the producer since the message became the oldest. */
    boolean hasMetRefusal() {
        return number != NONE && vitals.refusals() > refusalsBefore;
    }

    /**
     * Whether the message waits for a broker that refuses the producer. That other brokers still stand by their connections
     * does not matter: a producer keeps the credentials it was made with, so one that is refused once is refused for ever.
     */
    boolean isRefused(long nowNanos) {
        return nowNanos - sinceNanos >= LONG_NANOS && hasMetRefusal();
    }

    /** Whether it is time, once in five seconds, to look into what else keeps the message. */
    boolean isDue(long nowNanos) {
        if (number == NONE || nowNanos - lookedIntoNanos < LONG_NANOS) {
            return false;
        }
        lookedIntoNanos = nowNanos;
        return true;
    }
}
