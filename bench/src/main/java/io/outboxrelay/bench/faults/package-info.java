/**
 * What happens to the relay when something is wrong around it, while an order service goes on writing: nothing may be lost,
 * nothing silent, and it recovers soon after the fault has ended.
 *
 * <pre>
 *   Faults -&gt; FaultTrial -&gt; Fault (one class each) -&gt; FaultStage (relay, order service, topics) -&gt; FaultServers (with proxies)
 * </pre>
 */
@NullMarked
package io.outboxrelay.bench.faults;

import org.jspecify.annotations.NullMarked;
