package io.outboxrelay.bench;

/**
 * What was asked for.
 *
 * @param source what the relay reads by
 * @param events rows in the backlog
 * @param rounds how often relay and ceiling take turns
 * @param payloadBytes size of a payload
 */
record ThroughputOptions(String source, long events, int rounds, int payloadBytes) {
    static final int PAYLOAD_BYTES_DEFAULT = 200;
}
