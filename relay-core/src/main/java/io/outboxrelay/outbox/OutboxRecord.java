package io.outboxrelay.outbox;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One committed row of the outbox, as its source read it. Immutable by convention: the arrays are not copied, for speed,
 * and nobody writes to them after the source made the record.
 *
 * @param position the source's place just behind this row
 * @param id the event id as plain text; becomes the {@code id} header, and is what consumers deduplicate by
 * @param key the message key in bytes, or null when the row has none
 * @param payload the message value in bytes exactly as the column renders, or null for a tombstone
 * @param columns the row's values, as text, of the columns that {@link OutboxColumns} asks for, in its order
 * @param committedNanos when the row's transaction committed, as {@link System#nanoTime}: never later than it did, and earlier where
 *     only that is known; {@link #COMMIT_UNKNOWN} where not even that is
 */
public record OutboxRecord(
        Position position,
        String id,
        byte @Nullable [] key,
        byte @Nullable [] payload,
        List<@Nullable String> columns,
        long committedNanos)
        implements Entry {

    /** No time. */
    public static final long COMMIT_UNKNOWN = Long.MIN_VALUE;

    /** What a record costs in memory besides its bytes: object headers, references, the window's slot. */
    private static final int OVERHEAD_BYTES = 256;

    /** A row of which it is not known when it was committed. */
    public OutboxRecord(
            Position position,
            String id,
            byte @Nullable [] key,
            byte @Nullable [] payload,
            List<@Nullable String> columns) {
        this(position, id, key, payload, columns, COMMIT_UNKNOWN);
    }

    public OutboxRecord {
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(columns, "columns");
    }

    /** An estimate of the memory that this record holds, in bytes, used against the bounds in bytes. */
    public long sizeBytes() {
        return sizeBytes(id, key, payload, columns);
    }

    /** What {@link #sizeBytes()} will be of a record made of these. */
    public static long sizeBytes(
            String id, byte @Nullable [] key, byte @Nullable [] payload, List<@Nullable String> columns) {
        long size = OVERHEAD_BYTES
                + 2L * id.length()
                + (key == null ? 0 : key.length)
                + (payload == null ? 0 : payload.length);
        // Not with an iterator: this runs several times for every row.
        for (int i = 0; i < columns.size(); i++) {
            String value = columns.get(i);
            size += value == null ? 0 : 2L * value.length();
        }
        return size;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OutboxRecord that
                && position.equals(that.position)
                && id.equals(that.id)
                && Arrays.equals(key, that.key)
                && Arrays.equals(payload, that.payload)
                && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, id);
    }

    /** Names the row, never its payload: this may end up in a log. */
    @Override
    public String toString() {
        return "OutboxRecord[id=" + id + ", position=" + position + "]";
    }
}
