package io.outboxrelay.polling;

import java.time.Duration;
import org.slf4j.Logger;

/** Warns of rows by their number, at most once a minute. Used by one thread only. */
final class CountedWarning {

    private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    private final Logger log;
    private final String words;
    private final String table;
    private long untold;
    private long nextNanos = System.nanoTime();

    /**
     * Nothing was counted yet.
     *
     * @param words with two places: for how many rows, and of which table
     */
    CountedWarning(Logger log, String words, String table) {
        this.log = log;
        this.words = words;
        this.table = table;
    }

    /** So many more, or none: what was counted before may be due. */
    void count(int rows) {
        untold += rows;
        if (untold > 0 && System.nanoTime() - nextNanos >= 0) {
            log.warn(words, untold, table);
            untold = 0;
            nextNanos = System.nanoTime() + INTERVAL_NANOS;
        }
    }
}
