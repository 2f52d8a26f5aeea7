package io.outboxrelay.ack;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.Position;
import org.jspecify.annotations.Nullable;

/** One entry in the window. Owned by the loop's thread. */
final class Slot {
    final Position position;
    final long committedNanos;
    long sizeBytes;

    /** Null for a checkpoint, and as soon as the message can no longer be asked for. */
    @Nullable
    OutboxMessage message;

    @Nullable
    Outcome outcome;

    /** Why the message is a dead letter; null where it is the event's own. */
    @Nullable
    Failure why;

    Slot(Position position, @Nullable OutboxMessage message, long sizeBytes, long committedNanos) {
        this.position = position;
        this.message = message;
        this.sizeBytes = sizeBytes;
        this.committedNanos = committedNanos;
    }

    boolean settled() {
        return outcome != null;
    }
}
