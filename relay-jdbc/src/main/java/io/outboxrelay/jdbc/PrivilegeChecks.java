package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;

/** Whether the relay's role may do what it has to, and sees every row. */
final class PrivilegeChecks {

    /** The four-argument form is there from 17 on; the third argument tells text from bytea. */
    private static final String BARRIER = """
            SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
               AND proname = 'pg_logical_emit_message' AND proargtypes[2] = 'text'::regtype
               AND NOT has_function_privilege(oid, 'EXECUTE')""";

    private final Catalog catalog;
    private final List<Problem> problems;
    private final String role;

    PrivilegeChecks(Catalog catalog, List<Problem> problems) throws SQLException {
        this.catalog = catalog;
        this.problems = problems;
        this.role = catalog.role();
    }

    /** The relay's role, quoted. */
    String role() {
        return role;
    }

    /** @param removing whether rows are to be deleted */
    void checkTable(FoundTable table, List<FoundColumn> columns, boolean removing) throws SQLException {
        checkSchemaOf(table.oid());
        String name = table.quotedName();
        boolean select = catalog.holds("SELECT has_table_privilege(?::oid, 'SELECT')", table.oid());
        for (FoundColumn column : columns) {
            // A grant on the columns alone does as well.
            if (!select
                    && !catalog.holds(
                            "SELECT has_column_privilege(?::oid, ?::text, 'SELECT')", table.oid(), column.name())) {
                problems.add(new Problem(role + " may not read " + name, "GRANT SELECT ON " + name + " TO " + role));
                break;
            }
        }
        if (removing && !catalog.holds("SELECT has_table_privilege(?::oid, 'DELETE')", table.oid())) {
            problems.add(new Problem(
                    role + " may not delete from " + name + ", but published rows are deleted",
                    "GRANT DELETE ON " + name + " TO " + role));
        }
        checkRowSecurity(table.oid(), name, "hide rows");
        for (String function : catalog.list(BARRIER, row -> row.getString(1))) {
            problems.add(new Problem(
                    role + " may not execute " + function
                            + ", which keeps commits that a crash can undo from being published",
                    "GRANT EXECUTE ON FUNCTION pg_catalog." + function + " TO " + role));
        }
    }

    /** @param consequence what row-level security could do to the relay */
    void checkRowSecurity(long table, String name, String consequence) throws SQLException {
        if (catalog.holds("SELECT row_security_active(?::oid)", table)) {
            problems.add(new Problem(
                    "row-level security of " + name + " applies to " + role + " and could " + consequence,
                    "ALTER ROLE " + role + " BYPASSRLS -- or have the table's owner disable row-level security"));
        }
    }

    /** Whether the sequence can be read; says so if not. */
    boolean checkSequence(long oid, String quotedName) throws SQLException {
        boolean schema = checkSchemaOf(oid);
        boolean select = catalog.holds("SELECT has_sequence_privilege(?::oid, 'SELECT')", oid);
        if (!select) {
            problems.add(new Problem(
                    role + " may not read sequence " + quotedName
                            + ", whose last number tells whether the database went back",
                    "GRANT SELECT ON SEQUENCE " + quotedName + " TO " + role));
        }
        return schema && select;
    }

    /** Whether a read of the column would succeed: the privileges are there and no row is hidden. */
    boolean mayRead(FoundTable table, FoundColumn column) throws SQLException {
        return catalog.holds(
                "SELECT has_schema_privilege(c.relnamespace, 'USAGE') AND has_column_privilege(c.oid, ?::text, 'SELECT')"
                        + " AND NOT row_security_active(c.oid) FROM pg_class c WHERE c.oid = ?::oid",
                column.name(),
                table.oid());
    }

    /** Whether the schema of a relation may be used; says so if not. */
    boolean checkSchemaOf(long relation) throws SQLException {
        String schema = catalog.first(
                "SELECT quote_ident(n.nspname) FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid"
                        + " WHERE c.oid = ?::oid AND NOT has_schema_privilege(n.oid, 'USAGE')",
                row -> row.getString(1),
                relation);
        if (schema == null) {
            return true;
        }
        Problem problem =
                new Problem(role + " may not use schema " + schema, "GRANT USAGE ON SCHEMA " + schema + " TO " + role);
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
        return false;
    }
}
