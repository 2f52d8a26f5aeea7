/**
 * What a log reader must not forget: small texts by key, kept in a file or in a compacted Kafka topic. What cannot be read is an
 * error; it is never taken for nothing stored.
 */
@NullMarked
package io.outboxrelay.debezium.store;

import org.jspecify.annotations.NullMarked;
