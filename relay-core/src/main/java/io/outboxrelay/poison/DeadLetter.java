package io.outboxrelay.poison;

import io.outboxrelay.failure.Failure;

/**
 * An event that stands in the topic of dead letters, acknowledged. Names it, and nothing of what is in it.
 *
 * @param id the event id
 * @param why it cannot be published
 * @param topic of the dead letters
 * @param partition there
 * @param offset and there; -1 where the broker did not say, which it does not when it recognised a repeat
 */
public record DeadLetter(String id, Failure why, String topic, int partition, long offset) {}
