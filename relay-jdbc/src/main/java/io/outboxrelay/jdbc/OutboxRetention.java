package io.outboxrelay.jdbc;

import org.jspecify.annotations.Nullable;

/** What becomes of a row that is published. Table names are as written, see {@link TableName#parse}. */
public sealed interface OutboxRetention {

    /** The row is deleted: a row that stands is not yet published. */
    record Delete() implements OutboxRetention {}

    /**
     * The row moves to another table.
     *
     * @param table where it stands then, or null for the outbox's name with {@code _archive} behind it, in the same schema
     */
    record Archive(@Nullable String table) implements OutboxRetention {}

    /**
     * The row stands as it is, and how far publishing got is stored in another table. Takes {@link OutboxOrder#SEQUENCE}.
     *
     * @param stateTable where that is stored, or null for {@code outbox_relay_state} in the outbox's schema
     */
    record Keep(@Nullable String stateTable) implements OutboxRetention {}

    /** Whether rows leave the outbox. */
    default boolean removesRows() {
        return !(this instanceof Keep);
    }
}
