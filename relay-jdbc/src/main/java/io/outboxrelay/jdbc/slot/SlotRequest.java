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
 */
public record SlotRequest(
        String slot, String publication, @Nullable TableName table, List<String> columns, boolean failover) {

    public SlotRequest {
        columns = List.copyOf(columns);
    }
}
