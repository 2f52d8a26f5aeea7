package io.outboxrelay.source;

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
 */
public record Batch(List<Entry> entries, @Nullable Position committed) {

    /** Nothing arrived, nothing was committed. */
    public static final Batch EMPTY = new Batch(List.of(), null);
}
