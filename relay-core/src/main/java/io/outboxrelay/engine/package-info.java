/** The loop that connects a source, a router and a publisher, and the states it goes through. */
@NullMarked
package io.outboxrelay.engine;

import org.jspecify.annotations.NullMarked;
