/** Events that can never be published as they are: what becomes of them, and how their dead letters are made. */
@NullMarked
package io.outboxrelay.poison;

import org.jspecify.annotations.NullMarked;
