/** How soon a relay that was just started has published its first event. */
@NullMarked
package io.outboxrelay.bench.start;

import org.jspecify.annotations.NullMarked;
