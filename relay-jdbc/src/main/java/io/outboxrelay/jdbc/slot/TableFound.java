package io.outboxrelay.jdbc.slot;

import java.util.List;

/**
 * The outbox as one look saw it.
 *
 * @param quotedName schema and name for SQL text
 * @param partitioned whether it has partitions
 * @param inherited whether other tables inherit from it
 * @param unlogged parts of it whose rows are in no log, quoted
 * @param missing columns that the relay reads and that it does not have
 */
public record TableFound(
        String quotedName, boolean partitioned, boolean inherited, List<String> unlogged, List<String> missing) {
    public TableFound {
        unlogged = List.copyOf(unlogged);
        missing = List.copyOf(missing);
    }
}
