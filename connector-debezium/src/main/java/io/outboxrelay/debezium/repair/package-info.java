/**
 * Makes the place anew from which a log is read, once it is lost: what stands in the table is published, and the stream goes on from there. {@link
 * io.outboxrelay.debezium.repair.LogRepair} is one database's way of doing it; what publishes is the relay's own loop, given {@link
 * io.outboxrelay.debezium.repair.StandingSource} to read from.
 */
@NullMarked
package io.outboxrelay.debezium.repair;

import org.jspecify.annotations.NullMarked;
