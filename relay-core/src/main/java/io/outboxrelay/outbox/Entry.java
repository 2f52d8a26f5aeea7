package io.outboxrelay.outbox;

/** What a source delivers, in order: an {@link OutboxRecord} to publish, or a {@link Checkpoint} with nothing to publish. */
public sealed interface Entry permits OutboxRecord, Checkpoint {

    /** The source's place just behind this entry. Committing it means that this entry, and all before it, are settled. */
    Position position();
}
