package io.outboxrelay.debezium.repair;

import io.outboxrelay.outbox.Position;

/**
 * A place among the rows that stand.
 *
 * @param rows how many come before it
 * @param last whether there are no more
 */
record StandingPosition(long rows, boolean last) implements Position {}
