package io.outboxrelay.jdbc.slot;

import io.outboxrelay.jdbc.TableName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say about the stream, to be held against the database.
 *
 * @param slot the replication slot's name
 * @param publication the publication's name, without quotes
 * @param table the outbox, or null where events are messages in the log and there is no table
 * @param columns names of its columns that are read, as the database knows them
 * @param failover whether the slot is to be there after a failover (PostgreSQL 17 and later)
 * @param deletedBy the column by which the relay deletes published rows, or null where it deletes none
 */
public record SlotRequest(
        String slot,
        String publication,
        @Nullable TableName table,
        List<String> columns,
        boolean failover,
        @Nullable String deletedBy) {

    /** Whose rows the relay does not touch. */
    public SlotRequest(
            String slot, String publication, @Nullable TableName table, List<String> columns, boolean failover) {
        this(slot, publication, table, columns, failover, null);
    }

    /** The same for another table. */
    public SlotRequest of(@Nullable TableName other) {
        return new SlotRequest(slot, publication, other, columns, failover, deletedBy);
    }

    public SlotRequest {
        columns = List.copyOf(columns);
    }
}
