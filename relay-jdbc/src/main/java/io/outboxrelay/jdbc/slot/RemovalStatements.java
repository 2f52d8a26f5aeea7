package io.outboxrelay.jdbc.slot;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.TableName;
import java.util.List;

/**
 * What the relay's role needs to delete published rows. Immutable.
 *
 * @param table the outbox
 * @param id the column by which rows are deleted
 * @param role the relay's
 */
record RemovalStatements(TableName table, String id, String role) {

    /** As the table's owner. */
    List<String> grants() {
        String grant = "GRANT SELECT (" + Identifiers.readable(id) + "), DELETE ON " + table.readable() + to();
        return table.schema() == null ? List.of(grant) : List.of(usage(), grant);
    }

    private String usage() {
        return "GRANT USAGE ON SCHEMA " + Identifiers.readable(String.valueOf(table.schema())) + to();
    }

    private String to() {
        return " TO " + Identifiers.readable(role);
    }
}
