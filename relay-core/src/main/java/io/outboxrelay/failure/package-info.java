/** What can go wrong, by what the relay does about it. */
@NullMarked
package io.outboxrelay.failure;

import org.jspecify.annotations.NullMarked;
