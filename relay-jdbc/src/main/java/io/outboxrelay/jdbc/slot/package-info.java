/**
 * That nothing is missed without a word when the outbox is read from PostgreSQL's log: where a stream stands, and whether slot,
 * publication, table and server are still those that it began with. Whoever reads the log asks here before it starts, right after
 * that, and every few seconds.
 */
@NullMarked
package io.outboxrelay.jdbc.slot;

import org.jspecify.annotations.NullMarked;
