/**
 * Reads the outbox by ordinary SQL: PollingSource. A row that stands in the table is not yet
 * published, and is deleted when it is; where rows are kept, a row of another table says how far publishing got.
 *
 * <pre>
 *   relay-loop                       relay-source (one thread, one connection, one session)
 *   ----------                       -----------------------------------------------------------
 *   poll    &lt;------- HandOff &lt;------ SequenceReader.read     R: gaps and frontier in one statement
 *   commit  -------&gt; position -----&gt; Retention.settleOldest  D: runs and keys, or the state; confirmed once durable
 *                                    SequenceReader.tend     H: who may still fill a gap; the sweep
 * </pre>
 *
 * {@link io.outboxrelay.polling.Frontier} and {@link io.outboxrelay.polling.GapSettling} are the algorithm, without any SQL;
 * {@link io.outboxrelay.polling.PublishedExtent} is what of it outlives a session where rows are kept.
 */
@NullMarked
package io.outboxrelay.polling;

import org.jspecify.annotations.NullMarked;
