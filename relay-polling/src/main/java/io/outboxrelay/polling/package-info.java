/** Reads the outbox by ordinary SQL, with a frontier and the gaps below it. */
@NullMarked
package io.outboxrelay.polling;

import org.jspecify.annotations.NullMarked;
