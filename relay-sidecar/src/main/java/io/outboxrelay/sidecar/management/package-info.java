/**
 * What an operator can see of a relay that runs, over HTTP: whether it is alive and ready, its metrics, what it is and does. Nothing here
 * changes anything, and nothing of it waits for the database or for the brokers.
 *
 * <pre>
 *   HTTP-Dispatcher --&gt; RequestThreads (relay-admin) --&gt; RequestGate --&gt; Endpoint --&gt; Health, Info, metrics
 *                                                                                      ^
 *                                relay-loop --- each new state --- WatchedPipeline ------+
 * </pre>
 */
@NullMarked
package io.outboxrelay.sidecar.management;

import org.jspecify.annotations.NullMarked;
