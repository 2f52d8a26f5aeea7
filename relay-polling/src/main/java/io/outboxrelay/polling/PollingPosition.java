package io.outboxrelay.polling;

import io.outboxrelay.outbox.Position;

/**
 * A place in what one session delivered. Not a sequence number: a row that committed late comes after rows with higher numbers.
 *
 * @param session tells sessions of this process apart
 * @param ordinal how many rows the session had delivered here, this one included; 0 for the checkpoint at its start
 */
public record PollingPosition(long session, long ordinal) implements Position {}
