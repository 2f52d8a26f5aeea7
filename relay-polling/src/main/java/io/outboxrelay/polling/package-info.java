/**
 * Reads the outbox by ordinary SQL: PollingSource. A row that stands in the table is not yet
 * published, and is deleted when it is.
 *
 * <pre>
 *   relay-loop                       relay-source (one thread, one connection, one session)
 *   ----------                       -----------------------------------------------------------
 *   poll    &lt;------- HandOff &lt;------ SequenceReader.read     R: gaps and frontier in one statement
 *   commit  -------&gt; position -----&gt; Retention.settleOldest  D: runs and keys, confirmed once durable
 *                                    SequenceReader.tend     H: who may still fill a gap; the sweep
 * </pre>
 *
 * {@link io.outboxrelay.polling.Frontier} and {@link io.outboxrelay.polling.GapSettling} are the algorithm, without any SQL.
 */
@NullMarked
package io.outboxrelay.polling;

import org.jspecify.annotations.NullMarked;
