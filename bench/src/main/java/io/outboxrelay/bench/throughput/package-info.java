/** How fast a backlog is published, beside what is possible at all. */
@NullMarked
package io.outboxrelay.bench.throughput;

import org.jspecify.annotations.NullMarked;
