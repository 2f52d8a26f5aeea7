package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way to read a table within one session, and to settle what it read. Used by the source's thread only. */
interface TableReader {

    /** Reads the next page and remembers its rows as standing in the table. When it throws, it remembers none of them. */
    Page read() throws SQLException;

    /**
     * The rows read longest ago are published: does with them what is done with published rows, durably when this returns. When it
     * throws, nothing has happened.
     *
     * @param count how many of those that stand
     * @return how long to let few rows wait before the next time, in nanoseconds: more than 0 where it costs as much for few as for many
     * @throws io.outboxrelay.failure.RelayException BUG if more rows than these were concerned
     */
    long settleOldest(int count) throws SQLException;

    /**
     * Does what is due besides reading and settling.
     *
     * @return whether settling is worth it though no row was settled: {@link #settleOldest} of none
     */
    boolean tend(long nowNanos) throws SQLException;

    /** When {@link #tend} has something to do, as {@link System#nanoTime}. */
    long tendAtNanos();

    /**
     * What a read brought.
     *
     * @param rows rows that were not handed on in this session before
     * @param more whether there were more to read
     * @param seen when everything had been read
     * @param heldBack why rows that may stand were not looked for, or null when all were
     */
    record Page(List<Row> rows, boolean more, Seen seen, SourceWatch.@Nullable Obstacle heldBack) {

        /** No row, and none to come for now; it is not known whether there are any. */
        static final Page EMPTY = new Page(List.of(), false, Seen.NEVER, null);
    }

    /**
     * As of when everything had been read that was visible, as {@link System#nanoTime}; {@link OutboxRecord#COMMIT_UNKNOWN} where it never
     * was.
     *
     * @param beforeNanos before the read; none of its rows was visible then
     * @param allNanos with the read
     * @param byNumber whether what is left to read has higher numbers than what the read brought, or came later
     */
    record Seen(long beforeNanos, long allNanos, boolean byNumber) {

        static final Seen NEVER = new Seen(OutboxRecord.COMMIT_UNKNOWN, OutboxRecord.COMMIT_UNKNOWN, false);
    }
}
