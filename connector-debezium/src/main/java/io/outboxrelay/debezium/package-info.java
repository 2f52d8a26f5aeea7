/**
 * Reads the outbox from the database's log, by Debezium's connectors: DebeziumSource. A connector is a Kafka Connect task, and
 * is driven as one, in this process and without Kafka Connect: started, polled, told what to confirm, stopped.
 *
 * <pre>
 *   relay-loop                relay-source                          Debezium's own threads
 *   ----------                ------------------------------------  -----------------------
 *   poll   &lt;---- HandOff &lt;--- LogReading: ConnectorTask.poll  &lt;---- queue &lt;---- the log
 *   commit ----&gt; position --&gt; LogReading: ChangeLog.confirm   ----&gt; status ---&gt; the slot
 * </pre>
 *
 * What is the same for every database stands in this package, what is not behind {@link io.outboxrelay.debezium.ChangeLog}. How a
 * change becomes an outbox record is in {@code decode}, which knows nothing of any of this.
 */
@NullMarked
package io.outboxrelay.debezium;

import org.jspecify.annotations.NullMarked;
