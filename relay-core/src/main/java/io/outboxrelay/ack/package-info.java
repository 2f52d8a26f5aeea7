/** Which entries are settled, and how far without a hole. */
@NullMarked
package io.outboxrelay.ack;

import org.jspecify.annotations.NullMarked;
