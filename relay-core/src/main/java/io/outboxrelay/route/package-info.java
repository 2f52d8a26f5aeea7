/** From a row to a message: topic, key, value, headers. */
@NullMarked
package io.outboxrelay.route;

import org.jspecify.annotations.NullMarked;
