/** The port through which messages go out, and its Kafka end. */
@NullMarked
package io.outboxrelay.publish;

import org.jspecify.annotations.NullMarked;
