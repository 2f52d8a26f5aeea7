package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether how far publishing got can be stored: the table of states, the privileges, and what tells one database from another. */
final class StateTableCheck {

    static final String SETTING = "outbox.stateTable";
    static final String USUAL = "outbox_relay_state";

    /** The columns and their types, all of them not null. */
    private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("outbox", "text");
        COLUMNS.put("format", "integer");
        COLUMNS.put("version", "bigint");
        COLUMNS.put("system_identifier", "bigint");
        COLUMNS.put("timeline", "bigint");
        COLUMNS.put("outbox_oid", "bigint");
        COLUMNS.put("sequence_oid", "bigint");
        COLUMNS.put("sequence_filenode", "bigint");
        COLUMNS.put("top", "bigint");
        COLUMNS.put("gaps_lo", "bigint[]");
        COLUMNS.put("gaps_hi", "bigint[]");
        COLUMNS.put("stored_at", "timestamp with time zone");
    }

    private static final String FOUND = """
            SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
             WHERE attrelid = ?::oid AND attnum > 0 AND NOT attisdropped""";

    private static final String KEYED = """
            SELECT true FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
             WHERE i.indrelid = ?::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
               AND i.indnkeyatts = 1 AND a.attname = 'outbox'""";

    /** What tells this database from a copy of it. PUBLIC may execute these unless somebody took it away. */
    private static final String FUNCTIONS = """
            SELECT oid::regprocedure::text FROM pg_proc
             WHERE pronamespace = 'pg_catalog'::regnamespace AND NOT has_function_privilege(oid, 'EXECUTE')
               AND proname IN ('pg_control_system', 'pg_walfile_name', 'pg_current_wal_lsn', 'pg_relation_filenode')""";

    private final Catalog catalog;
    private final FoundTable outbox;
    private final List<Problem> problems;

    StateTableCheck(Catalog catalog, FoundTable outbox, List<Problem> problems) {
        this.catalog = catalog;
        this.outbox = outbox;
        this.problems = problems;
    }

    /** Which table the settings want. */
    static SideTables.Wanted wanted(OutboxRetention.Keep keep) {
        return new SideTables.Wanted(keep.stateTable(), USUAL, SETTING, "the table of states");
    }

    /** How to create it. */
    static String creation(String name, String role) {
        return "CREATE TABLE " + name + " (" + String.join(", ", definitions()) + "); GRANT SELECT, INSERT, UPDATE ON "
                + name + " TO " + role;
    }

    /** Its columns, each with its type. */
    static List<String> columns() {
        return COLUMNS.entrySet().stream()
                .map(column -> column.getKey() + ' ' + column.getValue())
                .toList();
    }

    /** Its columns as CREATE TABLE takes them. */
    static List<String> definitions() {
        return COLUMNS.entrySet().stream()
                .map(column -> column.getKey()
                        + ' '
                        + column.getValue()
                        + (column.getKey().equals("outbox") ? " PRIMARY KEY" : " NOT NULL"))
                .toList();
    }

    /** The table, or null after saying why it would not do. */
    @Nullable
    SideTable check(OutboxRetention.Keep wanted, PrivilegeChecks privileges) throws SQLException {
        SideTable table = new SideTables(catalog, problems)
                .find(wanted(wanted), outbox.schema(), name -> creation(name, privileges.role()));
        checkFunctions(privileges.role());
        if (table == null || !isStateTable(table, privileges.role())) {
            return null;
        }
        String name = table.quotedName();
        if (table.persistence() != 'p') {
            problems.add(new Problem(
                    name
                            + " is unlogged or temporary: a crash of the server would empty it, and everything that stands in "
                            + outbox.quotedName() + " would be published again",
                    "ALTER TABLE " + name + " SET LOGGED"));
        }
        if (!catalog.holds(KEYED, table.oid())) {
            problems.add(new Problem(
                    name + " does not keep the states of different outboxes apart",
                    "ALTER TABLE " + name + " ADD PRIMARY KEY (outbox)"));
        }
        checkPrivileges(table, privileges);
        return table;
    }

    /**
     * Up to which number the states of this outbox say that it is published; the lowest number where there is none. Under another
     * name, too: then the table was renamed.
     *
     * @param table one about which {@link #check} had nothing to say
     */
    long storedTop(SideTable table) throws SQLException {
        Long top = catalog.first(
                "SELECT coalesce(max(top), '" + Long.MIN_VALUE + "') FROM " + table.quotedName()
                        + " WHERE outbox = ? OR outbox_oid = ?",
                row -> row.getLong(1),
                outbox.quotedName(),
                outbox.oid());
        return Objects.requireNonNull(top);
    }

    private boolean isStateTable(SideTable table, String role) throws SQLException {
        Map<String, String> found = new LinkedHashMap<>();
        catalog.list(FOUND, row -> Map.entry(row.getString(1), row.getString(2)), table.oid())
                .forEach(column -> found.put(column.getKey(), column.getValue()));
        if (table.relkind() == 'r' && found.entrySet().containsAll(COLUMNS.entrySet())) {
            return true;
        }
        String free = Identifiers.quote(outbox.schema()) + "." + Identifiers.quote(USUAL + "_of_" + outbox.oid());
        problems.add(new Problem(
                table.quotedName() + " (" + SETTING + ") is not a table of states: it must be a table with the columns "
                        + COLUMNS,
                creation(free, role) + " -- and set " + SETTING + "=" + free));
        return false;
    }

    private void checkPrivileges(SideTable table, PrivilegeChecks privileges) throws SQLException {
        privileges.checkSchemaOf(table.oid());
        if (!catalog.holds(
                "SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')"
                        + " AND has_table_privilege(c.oid, 'UPDATE') FROM pg_class c WHERE c.oid = ?::oid",
                table.oid())) {
            problems.add(new Problem(
                    privileges.role() + " may not read, insert into and update " + table.quotedName(),
                    "GRANT SELECT, INSERT, UPDATE ON " + table.quotedName() + " TO " + privileges.role()));
        }
        privileges.checkRowSecurity(table.oid(), table.quotedName(), "hide the state");
    }

    private void checkFunctions(String role) throws SQLException {
        for (String function : catalog.list(FUNCTIONS, row -> row.getString(1))) {
            problems.add(new Problem(
                    role + " may not execute " + function + ", which tells this database from a copy of it",
                    "GRANT EXECUTE ON FUNCTION pg_catalog." + function + " TO " + role));
        }
    }
}
