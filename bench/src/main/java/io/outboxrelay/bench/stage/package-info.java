/** What every scenario needs: servers, events, the relay as a process, the judge of what arrived, the report. */
@NullMarked
package io.outboxrelay.bench.stage;

import org.jspecify.annotations.NullMarked;
