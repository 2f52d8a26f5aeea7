package io.outboxrelay.debezium.decode;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event, before it has a place in what is delivered. Its arrays are not copied.
 *
 * @param id its id as text
 * @param key its key, or null
 * @param payload its payload, or null
 * @param columns the values that routing asked for, as text
 * @param committedMicros when its transaction committed, by the server's clock, in microseconds since 1970
 */
public record DecodedEvent(
        String id,
        byte @Nullable [] key,
        byte @Nullable [] payload,
        List<@Nullable String> columns,
        long committedMicros) {

    /** No time. */
    static final long COMMIT_UNKNOWN = OutboxRecord.COMMIT_UNKNOWN;

    /** @param committedNanos see {@link OutboxRecord#committedNanos} */
    @SuppressWarnings("NullAway") // the record does take null arrays, but that is not seen through its class file
    public OutboxRecord at(Position position, long committedNanos) {
        return new OutboxRecord(position, id, key, payload, columns, committedNanos);
    }
}
