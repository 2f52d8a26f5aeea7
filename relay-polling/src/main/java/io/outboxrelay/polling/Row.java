package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row as it was read, before it has a place in what the session delivers.
 *
 * @param number its sequence number; 0 where rows are not read by sequence
 * @param id its event id as text
 * @param key its key, or null
 * @param payload its payload, or null
 * @param columns the values that routing asked for, as text
 * @param committedMicros when the server's clock showed that its transaction committed, in microseconds since 1970; {@link
 *     #COMMIT_UNKNOWN} where that is not known
 */
record Row(
        long number,
        String id,
        byte @Nullable [] key,
        byte @Nullable [] payload,
        List<@Nullable String> columns,
        long committedMicros) {

    /** No time. */
    static final long COMMIT_UNKNOWN = Long.MIN_VALUE;

    /** What the row costs in memory, by the same estimate as {@link OutboxRecord#sizeBytes}. */
    @SuppressWarnings("NullAway") // as below
    long sizeBytes() {
        return OutboxRecord.sizeBytes(id, key, payload, columns);
    }

    @SuppressWarnings("NullAway") // the record does take null arrays, but that is not seen through its class file
    OutboxRecord at(Position position, long committedNanos) {
        return new OutboxRecord(position, id, key, payload, columns, committedNanos);
    }
}
