package io.outboxrelay.engine;

/**
 * Where an event stands in Kafka. Names it, and nothing of what is in it.
 *
 * @param id the event id
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset; -1 where the broker did not say, which it does not when it recognised a repeat
 */
public record PublishedEvent(String id, String topic, int partition, long offset) {}
