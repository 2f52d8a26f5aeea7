/** The command <code>outbox-relay</code>: one small process beside the database. */
@NullMarked
package io.outboxrelay.sidecar;

import org.jspecify.annotations.NullMarked;
