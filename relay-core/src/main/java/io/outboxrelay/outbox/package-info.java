/**
 * What an outbox holds, as values: records, checkpoints and the positions behind them. Imports no other package of the core.
 *
 * <pre>
 *   outbox &lt;- failure &lt;- { source, route, publish, ack } &lt;- engine
 *
 *   OutboxSource.poll -&gt; Router.route -&gt; Publisher.send -&gt; InFlightWindow.settle -&gt; OutboxSource.commit
 * </pre>
 */
@NullMarked
package io.outboxrelay.outbox;

import org.jspecify.annotations.NullMarked;
