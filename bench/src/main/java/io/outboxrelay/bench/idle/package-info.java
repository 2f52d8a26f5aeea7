/** What a relay costs that has nothing to do. */
@NullMarked
package io.outboxrelay.bench.idle;

import org.jspecify.annotations.NullMarked;
