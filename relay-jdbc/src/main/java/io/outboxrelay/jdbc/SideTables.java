package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the tables beside the outbox: its archive, the table of states. A name without a schema is meant in the outbox's own. */
final class SideTables {

    private static final String BY_NAME = """
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, c.relpersistence
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I')""";

    private final Catalog catalog;
    private final List<Problem> problems;

    SideTables(Catalog catalog, List<Problem> problems) {
        this.catalog = catalog;
        this.problems = problems;
    }

    /**
     * What is wanted beside the outbox.
     *
     * @param written the name as written, or null for the usual one
     * @param usual the name that it has when nothing is written, without a schema
     * @param setting the setting that names it
     * @param what it is, for people
     */
    record Wanted(@Nullable String written, String usual, String setting, String what) {

        /** Its schema and name; {@code schema} is the outbox's. */
        TableName in(String schema) {
            TableName name = written == null ? new TableName(null, usual) : TableName.parse(written);
            return name.schema() == null ? new TableName(schema, name.table()) : name;
        }
    }

    /** Says how to create a table. */
    interface Creation {
        String statements(String quotedName);
    }

    /** How to create a schema that may be there. */
    static String schemaCreation(String schema, String role) {
        String quoted = Identifiers.quote(schema);
        return "CREATE SCHEMA IF NOT EXISTS " + quoted + "; GRANT USAGE ON SCHEMA " + quoted + " TO " + role + "; ";
    }

    /** The table, or null after saying that there is none. */
    @Nullable
    SideTable find(Wanted wanted, String outboxSchema, Creation creation) throws SQLException {
        TableName name;
        try {
            name = wanted.in(outboxSchema);
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(
                    wanted.setting() + ": " + e.getMessage(), "set " + wanted.setting() + "=" + wanted.usual()));
            return null;
        }
        String schema = String.valueOf(name.schema());
        SideTable found = catalog.first(
                BY_NAME,
                row -> new SideTable(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3).charAt(0),
                        row.getString(4).charAt(0)),
                schema,
                name.table());
        if (found == null) {
            boolean schemaThere = catalog.holds("SELECT true FROM pg_namespace WHERE nspname = ?", schema);
            problems.add(new Problem(
                    wanted.what() + " " + name + " (" + wanted.setting() + ") does not exist",
                    (schemaThere ? "" : schemaCreation(schema, catalog.role())) + creation.statements(name.quoted())));
        }
        return found;
    }
}
