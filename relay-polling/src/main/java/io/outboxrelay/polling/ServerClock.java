package io.outboxrelay.polling;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the server's clock with this machine's, which only goes forwards, and warns when the server's was set back: commits
 * shortly before and after that have timestamps in the wrong order. A clock that is merely slowed down, by as much as a tenth, is
 * left alone. Used by one thread only.
 */
final class ServerClock {

    private static final Logger LOG = LoggerFactory.getLogger(ServerClock.class);
    private static final int SLOWED_AT_MOST_PART = 10;
    private static final long GRAIN_MICROS = 1_000;

    private final PollingCounters counters;
    private boolean asked;
    private long serverMicros;
    private long answeredNanos;

    ServerClock(PollingCounters counters) {
        this.counters = counters;
    }

    /**
     * The server's clock showed a time at some moment between two of this machine's.
     *
     * @param showedMicros microseconds since whenever
     * @param fromNanos {@link System#nanoTime} before the server was asked
     * @param toNanos the same after it had answered
     * @return whether it was set back since the last one
     */
    boolean observe(long showedMicros, long fromNanos, long toNanos) {
        boolean first = !asked;
        long passedMicros = (fromNanos - answeredNanos) / 1_000;
        long wentBackMicros = passedMicros - (showedMicros - serverMicros);
        asked = true;
        serverMicros = showedMicros;
        answeredNanos = toNanos;
        if (first || wentBackMicros <= passedMicros / SLOWED_AT_MOST_PART + GRAIN_MICROS) {
            return false;
        }
        counters.clockSetBack();
        LOG.warn(
                "the database server's clock was set back by {} ms: of two transactions of one key that committed shortly before and"
                        + " after, while neither was read yet, the later one may be published first. Let the clock be slowed down"
                        + " instead of set.",
                wentBackMicros / 1_000);
        return true;
    }
}
