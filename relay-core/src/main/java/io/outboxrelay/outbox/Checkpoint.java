package io.outboxrelay.outbox;

/**
 * A place in the source with nothing to publish: a session that has just been opened, the end of a transaction, a
 * heartbeat. It lets progress move while there are no records.
 *
 * @param position the place
 */
public record Checkpoint(Position position) implements Entry {}
