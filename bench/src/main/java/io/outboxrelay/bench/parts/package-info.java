/**
 * Parts of the product by themselves, measured with JMH: how long each takes for one event, and how many bytes it allocates.
 * {@link io.outboxrelay.bench.parts.Parts} runs every class on the class path that JMH knows.
 */
@NullMarked
package io.outboxrelay.bench.parts;

import org.jspecify.annotations.NullMarked;
