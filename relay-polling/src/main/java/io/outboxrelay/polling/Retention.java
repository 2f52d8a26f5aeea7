package io.outboxrelay.polling;

import java.sql.SQLException;

/**
 * What becomes of published rows that were read by sequence. Whatever it is, afterwards the next session does not publish them
 * again. Used by the source's thread only.
 */
interface Retention {

    /**
     * The rows read longest ago are settled; this is durable when it returns. When it throws, it is as if nothing had been said.
     *
     * @param count how many of those that stand
     * @return how long to let few rows wait before the next time, in nanoseconds: more than 0 where it costs as much for few as for many
     * @throws io.outboxrelay.failure.RelayException BUG if more rows than these were concerned
     */
    long settleOldest(int count) throws SQLException;

    /** Whether the next {@link #sweep} begins anew. */
    boolean isSweepAtStart();

    /**
     * Looks for rows that by all that is known cannot be there, as far as such rows can be told from others; only for a few
     * milliseconds, and goes on the next time.
     *
     * @return how long to wait until the next time, in nanoseconds
     */
    long sweep() throws SQLException;

    /** Whether {@link #settleOldest} of none would make anything durable. */
    boolean isStale();
}
