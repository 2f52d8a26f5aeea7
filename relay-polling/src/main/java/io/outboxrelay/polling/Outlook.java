package io.outboxrelay.polling;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the rows that are committed and not settled.
 *
 * @param waiting whether there are any
 * @param sinceNanos no such row was committed before, as {@link System#nanoTime}
 * @param asOfNanos when that was found out; rows that were committed later may wait besides
 * @param rows how many there are, estimated
 * @param oldest number or id of one of them, by which it can be found again, or null
 */
record Outlook(
        boolean waiting,
        long sinceNanos,
        long asOfNanos,
        long rows,
        @Nullable String oldest) {

    /** For so long nothing new need have been heard before that itself is worth an alarm. */
    static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    static Outlook nothingWaits(long asOfNanos) {
        return new Outlook(false, asOfNanos, asOfNanos, 0, null);
    }

    boolean isFresh(long nowNanos) {
        return nowNanos - asOfNanos <= FRESH_NANOS;
    }

    /** For how long the oldest row has been waiting, at most; where nothing was found out for a while, one may have come since. */
    long oldestNanos(long nowNanos) {
        return waiting || !isFresh(nowNanos) ? Math.max(0, nowNanos - sinceNanos) : 0;
    }
}
