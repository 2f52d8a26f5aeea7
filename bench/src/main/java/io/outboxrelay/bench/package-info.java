/**
 * Measures the packaged relay on real servers: how fast, how soon, with how much memory. Never shipped.
 *
 * <p>{@code Main -> throughput, latency, faults -> profile -> stage}: on the {@linkplain io.outboxrelay.bench.stage stage} are the
 * servers, the events and the judge; each scenario has a package of its own.
 */
@NullMarked
package io.outboxrelay.bench;

import org.jspecify.annotations.NullMarked;
