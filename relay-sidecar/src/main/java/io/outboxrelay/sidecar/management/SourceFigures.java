package io.outboxrelay.sidecar.management;

import io.outboxrelay.polling.PollingCounters;

/** What the server asks of a pipeline's source. Any thread; waits for nothing. */
public interface SourceFigures {

    /** For how long its thread has not gone round, in nanoseconds; 0 while there is none. */
    long nanosSinceTurn(long nowNanos);

    /** For how long the oldest row that is committed and not settled has been waiting, in nanoseconds; 0 when there is none. */
    long oldestPendingNanos(long nowNanos);

    /** How many such rows there are, about. */
    long pendingRows();

    static SourceFigures of(PollingCounters counters) {
        return new SourceFigures() {
            @Override
            public long nanosSinceTurn(long nowNanos) {
                return counters.turns().nanosSince(nowNanos);
            }

            @Override
            public long oldestPendingNanos(long nowNanos) {
                return counters.pending().oldestNanos(nowNanos);
            }

            @Override
            public long pendingRows() {
                return counters.pending().rows();
            }
        };
    }
}
