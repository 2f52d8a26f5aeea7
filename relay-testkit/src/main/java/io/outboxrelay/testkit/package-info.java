/**
 * Real infrastructure and an honest referee for tests and for the demo.
 *
 * <p>Three things live here, and none of them knows the relay:
 *
 * <ul>
 *   <li><b>Places</b>: {@link io.outboxrelay.testkit.EmbeddedDatabase} and {@link io.outboxrelay.testkit.EmbeddedKafka},
 *       a real PostgreSQL and a real broker that can be stopped, crashed and brought back on the same address;
 *       {@link io.outboxrelay.testkit.TcpProxy} for what goes wrong in between.
 *   <li><b>Load</b>: {@link io.outboxrelay.testkit.OrderService} writes state and events in concurrent transactions
 *       with the habits of real applications, and keeps a {@link io.outboxrelay.testkit.CommittedHistory}.
 *   <li><b>Judgement</b>: {@link io.outboxrelay.testkit.TopicReader} reads what arrived,
 *       {@link io.outboxrelay.testkit.HistoryChecker} says what is lost, phantom, reordered or repeated.
 * </ul>
 */
@NullMarked
package io.outboxrelay.testkit;

import org.jspecify.annotations.NullMarked;
