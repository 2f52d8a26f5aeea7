/** The port through which outbox records come in. */
@NullMarked
package io.outboxrelay.source;

import org.jspecify.annotations.NullMarked;
