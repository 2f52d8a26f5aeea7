package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.Problem;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.PolledRows;
import io.outboxrelay.jdbc.TableName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outbox as somebody sees it who is to read what stands in it. Immutable.
 *
 * @param oid of the table
 * @param quotedName schema and name for SQL text
 * @param reading what the reader's role may do
 * @param numbered columns that the database numbers rows by: identities, and those with the default of a sequence
 * @param timed whether the server notes when transactions commit
 * @param polled which of its rows a polling relay published that left them standing, as far as it was asked for; or null
 */
record StandingTable(
        long oid,
        String quotedName,
        Reading reading,
        List<String> numbered,
        boolean timed,
        PolledRows.@Nullable Found polled) {

    /** By the catalog, which every role may read, and not by a cast to regclass, which takes USAGE on the schema. */
    private static final String FIND = """
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), quote_ident(n.nspname), quote_ident(current_user),
                   has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT'), row_security_active(c.oid),
                   ARRAY(SELECT a.attname::text FROM pg_attribute a
                           LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                            AND (a.attidentity <> '' OR (a.attgenerated = '' AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'))
                          ORDER BY a.attnum),
                   current_setting('track_commit_timestamp')::boolean
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = ? AND c.relkind IN ('r', 'p')
               AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ? END""";

    StandingTable {
        numbered = List.copyOf(numbered);
    }

    /**
     * What a role may do.
     *
     * @param role its name, quoted where needed
     * @param schema the table's, quoted where needed
     * @param schemaUsed whether it may use that
     * @param selects whether it may read the table
     * @param rowsHidden whether row-level security could hide rows from it
     */
    record Reading(String role, String schema, boolean schemaUsed, boolean selects, boolean rowsHidden) {}

    /** Null where there is no such table. */
    static @Nullable StandingTable find(Connection connection, TableName name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, name.table());
            statement.setString(2, name.schema());
            statement.setString(3, name.schema());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Array numbered = row.getArray(8);
                return new StandingTable(
                        row.getLong(1),
                        row.getString(2),
                        new Reading(
                                row.getString(4),
                                row.getString(3),
                                row.getBoolean(5),
                                row.getBoolean(6),
                                row.getBoolean(7)),
                        List.of((String[]) numbered.getArray()),
                        row.getBoolean(9),
                        null);
            }
        }
    }

    /** Why the role cannot read every row of it, with what would let it; null if it can. */
    @Nullable
    Problem unreadable() {
        if (!reading.schemaUsed() || !reading.selects()) {
            return new Problem(
                    reading.role() + " may not read " + quotedName + ", whose rows a repair publishes",
                    "give --admin ROLE, the table's owner say; or "
                            + (reading.schemaUsed()
                                    ? ""
                                    : "GRANT USAGE ON SCHEMA " + reading.schema() + " TO " + reading.role() + "; ")
                            + "GRANT SELECT ON " + quotedName + " TO " + reading.role());
        }
        return reading.rowsHidden()
                ? new Problem(
                        "row-level security of " + quotedName + " applies to " + reading.role()
                                + " and could hide rows",
                        "give --admin ROLE, one with BYPASSRLS or the table's owner")
                : null;
    }

    /** With what a polling relay has stored of it by now. */
    StandingTable afterPolling(Connection connection) throws SQLException {
        return new StandingTable(oid, quotedName, reading, numbered, timed, PolledRows.of(connection, oid));
    }

    /** True of each row, as {@code t}, that is to be published; null where all are. */
    @Nullable
    String unpublished() {
        PolledRows.Published published = polled == null ? null : polled.published();
        return published == null ? null : "NOT " + published.condition("t");
    }

    /**
     * How many rows stand, as of now.
     *
     * @param all how many
     * @param unpublished how many of them are to be published
     */
    record Count(long all, long unpublished) {}

    Count count(Connection connection) throws SQLException {
        String unpublished = unpublished();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*), count(*)"
                        + (unpublished == null ? "" : " FILTER (WHERE " + unpublished + ")") + " FROM " + quotedName
                        + " t")) {
            row.next();
            return new Count(row.getLong(1), row.getLong(2));
        }
    }

    /** How its rows are put in order, or a problem where nothing says how. */
    Ordering ordering(RowOrder order) {
        boolean byTime =
                order.way() == RowOrder.Way.COMMIT_TIMESTAMP || (order.way() == RowOrder.Way.AUTOMATIC && timed);
        if (order.way() == RowOrder.Way.NONE) {
            return new Ordering(List.of(), null, "in no particular order, as --order none says", null);
        }
        if (byTime && !timed) {
            return Ordering.impossible(new Problem(
                    "the server does not note when transactions commit: track_commit_timestamp is off",
                    "give --order number if rows of one key have numbers in the order of their transactions"));
        }
        String column = order.column();
        if (column == null && numbered.size() != 1) {
            return Ordering.impossible(new Problem(
                    numbered.isEmpty()
                            ? "nothing tells the order of the rows that stand in " + quotedName
                                    + ": no column is numbered by the database"
                            : "several columns of " + quotedName + " are numbered by the database: "
                                    + String.join(", ", numbered),
                    "name the one that rises with the rows by --order-by COLUMN; or give --order none where"
                            + " the order of one key's events does not matter"));
        }
        String number = column == null ? numbered.get(0) : column;
        String quoted = "t." + Identifiers.quote(number);
        return byTime
                ? new Ordering(
                        List.of("pg_catalog.pg_xact_commit_timestamp(t.xmin)", quoted),
                        number,
                        "in the order in which transactions committed them, or last updated them, then by " + number,
                        null)
                : new Ordering(List.of(quoted), number, "by " + number, null);
    }

    /**
     * How rows are put in order.
     *
     * @param expressions over the table as {@code t}, the first counts most; none where there is no order
     * @param number the column that counts alone, or last; null where there is no order
     * @param said for people
     * @param problem why there is none to be had, or null
     */
    record Ordering(
            List<String> expressions,
            @Nullable String number,
            String said,
            @Nullable Problem problem) {

        Ordering {
            expressions = List.copyOf(expressions);
        }

        static Ordering impossible(Problem problem) {
            return new Ordering(List.of(), null, "", problem);
        }
    }
}
