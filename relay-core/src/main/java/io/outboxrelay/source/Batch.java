package io.outboxrelay.source;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one poll of a source brought.
 *
 * @param entries new entries in order, possibly none
 * @param committed the highest position that the source has made durable since the previous poll, or null when there is no
 *     news; it equals one that was handed to {@link OutboxSource#commit}
 * @param hindrance what has kept the source from getting on for some seconds though it has not failed, TRANSIENT, or null. Said
 *     with every batch as long as it lasts, in the same words
 * @param midway whether the entries given out so far end in the middle of a transaction, of which only the whole can be committed:
 *     what the next source would deliver again even if all of them were settled. A clean stop takes the rest of it first
 */
public record Batch(
        List<Entry> entries,
        @Nullable Position committed,
        @Nullable Failure hindrance,
        boolean midway) {

    /** Nothing arrived, nothing was committed. */
    public static final Batch EMPTY = new Batch(List.of(), null);

    /** From a source that nothing hinders. */
    public Batch(List<Entry> entries, @Nullable Position committed) {
        this(entries, committed, null, false);
    }

    /** The same from a source that gets no further. */
    public Batch hinderedBy(Failure reason) {
        return new Batch(entries, committed, reason, midway);
    }
}
