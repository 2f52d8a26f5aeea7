/** From flat dotted settings to validated settings records, with every problem reported at once. */
@NullMarked
package io.outboxrelay.config;

import org.jspecify.annotations.NullMarked;
