/** What <code>./demo</code> runs: database, broker, order service, relay, live view, verification. */
@NullMarked
package io.outboxrelay.demo;

import org.jspecify.annotations.NullMarked;
