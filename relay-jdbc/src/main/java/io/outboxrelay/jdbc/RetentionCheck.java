package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether what is to become of published rows can become of them. */
final class RetentionCheck {

    private final Catalog catalog;
    private final FoundTable outbox;
    private final List<Problem> problems;

    RetentionCheck(Catalog catalog, FoundTable outbox, List<Problem> problems) {
        this.catalog = catalog;
        this.outbox = outbox;
        this.problems = problems;
    }

    /**
     * Where published rows are to be found, or null where that would not do.
     *
     * @param columns all of the outbox's, in its order
     */
    OutboxTable.@Nullable Retained check(OutboxRetention wanted, List<FoundColumn> columns, PrivilegeChecks privileges)
            throws SQLException {
        return wanted instanceof OutboxRetention.Archive archive
                ? new ArchiveCheck(catalog, outbox, problems).check(archive, columns, privileges)
                : new OutboxTable.Deleted();
    }

    /**
     * How to create what an outbox that is not there yet needs beside it, behind the statements that create it. Nothing for a name
     * that cannot be read, about which the next inspection complains.
     */
    static String creation(TableName outbox, OutboxRetention wanted, String role) {
        try {
            return wanted instanceof OutboxRetention.Archive archive ? archive(outbox, archive, role) : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String archive(TableName outbox, OutboxRetention.Archive wanted, String role) {
        TableName name = ArchiveCheck.wanted(wanted, outbox.table()).in(String.valueOf(outbox.schema()));
        return inItsSchema(outbox, name, role) + ArchiveCheck.creation(name.quoted(), outbox.quoted(), role);
    }

    private static String inItsSchema(TableName outbox, TableName beside, String role) {
        String schema = String.valueOf(beside.schema());
        return schema.equals(outbox.schema()) ? "; " : "; " + SideTables.schemaCreation(schema, role);
    }
}
