package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import java.time.Duration;

/**
 * When the rows of one page were committed, by this process's clock. Where the server notes it, by its own clock, which is held against
 * this one's when the page was read: what a question took on its way to the server is the error, and makes the commit appear so much
 * earlier. Else only that no row of the page was there when everything was last read is known.
 *
 * @param timed whether the server notes it; a row without a time is one of which nothing is known then
 * @param serverMicros what the server's clock showed, in microseconds since 1970, not before {@code atNanos}
 * @param atNanos after the page was read
 * @param notBeforeNanos when the last read began that saw everything that was visible, or {@link OutboxRecord#COMMIT_UNKNOWN}
 * @param drawn when numbers were drawn, for rows of which that was long ago, as with a backlog
 */
record CommitTimes(boolean timed, long serverMicros, long atNanos, long notBeforeNanos, DrawnNumbers drawn) {

    /** To look for the number as well is worth it only where it can tell more. */
    private static final long LONG_AGO_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long NANOS_PER_MICRO = 1_000;

    /** As {@link OutboxRecord#committedNanos}. */
    long nanos(Row row) {
        if (!timed) {
            return notBefore(row.number());
        }
        return row.committedMicros() == Row.COMMIT_UNKNOWN
                ? OutboxRecord.COMMIT_UNKNOWN
                // A clock that was set back makes no row younger than its being read.
                : atNanos - Math.max(0, serverMicros - row.committedMicros()) * NANOS_PER_MICRO;
    }

    private long notBefore(long number) {
        boolean known = notBeforeNanos != OutboxRecord.COMMIT_UNKNOWN;
        if (known && atNanos - notBeforeNanos < LONG_AGO_NANOS) {
            return notBeforeNanos;
        }
        long notDrawn = drawn.notBefore(number);
        return known && (notDrawn == OutboxRecord.COMMIT_UNKNOWN || notBeforeNanos - notDrawn > 0)
                ? notBeforeNanos
                : notDrawn;
    }
}
