/** Makes outbox records of Debezium's change records; drives nothing, and knows no position. */
@NullMarked
package io.outboxrelay.debezium.decode;

import org.jspecify.annotations.NullMarked;
