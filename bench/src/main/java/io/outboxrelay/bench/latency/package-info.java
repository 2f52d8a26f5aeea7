/** How soon a committed event reaches a consumer. */
@NullMarked
package io.outboxrelay.bench.latency;

import org.jspecify.annotations.NullMarked;
