package io.outboxrelay.ack;

/** How an entry was settled. Each of them lets progress move past the entry. */
public enum Outcome {
    /** Acknowledged by Kafka. */
    PUBLISHED,
    /** Stands in a dead-letter topic, acknowledged. */
    DEAD_LETTERED,
    /** Stands in a table where its key waits for an operator, committed. */
    PARKED,
    /** Nothing to publish: a checkpoint, or an entry that its source will deliver again. */
    SKIPPED
}
