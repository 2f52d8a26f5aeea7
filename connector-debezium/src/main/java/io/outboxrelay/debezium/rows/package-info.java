/** What becomes of rows of the outbox whose events are settled: nothing, or the relay deletes them. */
@NullMarked
package io.outboxrelay.debezium.rows;

import org.jspecify.annotations.NullMarked;
