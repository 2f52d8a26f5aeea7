/** Real servers and a real workload for tests and the demo; never part of the distribution. */
@NullMarked
package io.outboxrelay.testkit;

import org.jspecify.annotations.NullMarked;
