/**
 * What the relay tells Prometheus. Micrometer is known here only: the engine, the sources and the publisher count for themselves, and
 * are asked when somebody scrapes.
 */
@NullMarked
package io.outboxrelay.sidecar.metrics;

import org.jspecify.annotations.NullMarked;
