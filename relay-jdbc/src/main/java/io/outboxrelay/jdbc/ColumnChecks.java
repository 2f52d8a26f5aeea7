package io.outboxrelay.jdbc;

import io.outboxrelay.failure.NearestName;
import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Whether the columns that the settings name are there and of types that can be published as they stand. */
final class ColumnChecks {
    private static final Set<String> ID_TYPES = Set.of("uuid", "text", "varchar", "bpchar", "int2", "int4", "int8");
    private static final Set<String> KEY_TYPES =
            Set.of("uuid", "text", "varchar", "bpchar", "int2", "int4", "int8", "bytea");
    private static final Set<String> PAYLOAD_TYPES = Set.of("json", "jsonb", "text", "varchar", "bytea");
    private static final Set<String> TIMESTAMP_TYPES = Set.of("timestamptz", "timestamp", "int8");

    /** From 18 on a NOT NULL constraint may be there without having been validated: nulls may still stand in the table. */
    private static final String COLUMNS = """
            WITH RECURSIVE base(attnum, oid) AS (
              SELECT attnum, atttypid FROM pg_attribute WHERE attrelid = ?::oid AND attnum > 0 AND NOT attisdropped
              UNION ALL
              SELECT b.attnum, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')
            SELECT a.attname, quote_ident(a.attname),
                   CASE n.nspname WHEN 'pg_catalog' THEN t.typname ELSE format('%I.%I', n.nspname, t.typname) END,
                   format_type(a.atttypid, a.atttypmod),
                   a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k
                     WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey[1] = a.attnum AND NOT k.convalidated)
              FROM base b JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
              JOIN pg_namespace n ON n.oid = t.typnamespace
              JOIN pg_attribute a ON a.attrelid = ?::oid AND a.attnum = b.attnum
             ORDER BY a.attnum""";

    private final FoundTable table;
    private final Map<String, FoundColumn> columns = new LinkedHashMap<>();
    private final List<Problem> problems;

    ColumnChecks(Catalog catalog, FoundTable table, List<Problem> problems) throws SQLException {
        this.table = table;
        this.problems = problems;
        catalog.list(
                        COLUMNS,
                        row -> new FoundColumn(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getBoolean(5)),
                        table.oid(),
                        table.oid())
                .forEach(column -> columns.put(column.name(), column));
    }

    /** Every column of the table, in its order. */
    List<FoundColumn> all() {
        return List.copyOf(columns.values());
    }

    @Nullable
    FoundColumn id(InspectionRequest request) {
        FoundColumn column = typed(request.columns().id(), "outbox.columns.id", "uuid", ID_TYPES);
        if (column != null && request.order() == OutboxOrder.NONE && !column.notNull()) {
            problems.add(new Problem(
                    table.quotedName() + "." + column.quotedName()
                            + " may be null: with outbox.order=none rows are found by it",
                    alter(column) + " SET NOT NULL"));
        }
        return column;
    }

    @Nullable
    FoundColumn key(InspectionRequest request) {
        return typed(request.columns().key(), "outbox.columns.key", "text", KEY_TYPES);
    }

    @Nullable
    FoundColumn payload(InspectionRequest request) {
        return typed(request.columns().payload(), "outbox.columns.payload", "jsonb", PAYLOAD_TYPES);
    }

    @Nullable
    FoundColumn routed(String name) {
        FoundColumn column = columns.get(name);
        if (column == null) {
            problems.add(missing(
                    name,
                    "route",
                    any -> true,
                    "ALTER TABLE " + table.quotedName() + " ADD COLUMN " + Identifiers.quote(name) + " text"));
        }
        return column;
    }

    /** One of those that routing reads, which is to be the time of the message. */
    @Nullable
    FoundColumn timestamp(String name) {
        FoundColumn column = columns.get(name);
        if (column != null && !TIMESTAMP_TYPES.contains(column.type())) {
            problems.add(new Problem(
                    table.quotedName() + "." + column.quotedName() + " (outbox.columns.timestamp) is "
                            + column.typeShown()
                            + "; it must be one of int8 (milliseconds since 1970), timestamp (in UTC),"
                            + " timestamptz",
                    alter(column)
                            + (column.type().startsWith("int")
                                    ? " TYPE bigint"
                                    : " TYPE timestamptz USING " + column.quotedName() + "::timestamptz")));
            return column;
        }
        return typed(name, "outbox.columns.timestamp", "timestamptz", TIMESTAMP_TYPES);
    }

    /** The column of the numbers; {@code role} is the relay's, quoted. */
    @Nullable
    FoundColumn sequence(String name, String role) {
        FoundColumn column = columns.get(name);
        if (column == null) {
            problems.add(missing(
                    name,
                    "outbox.columns.sequence",
                    near -> near.type().startsWith("int"),
                    addSequence(name, role) + WayOut.ORDER_NONE));
            return null;
        }
        String shown = table.quotedName() + "." + column.quotedName();
        if (column.type().equals("int4") || column.type().equals("int2")) {
            problems.add(new Problem(
                    shown + " is " + column.typeShown() + " and would run out of numbers; it must be bigint",
                    alter(column) + " TYPE bigint" + WayOut.ORDER_NONE));
        } else if (!column.type().equals("int8")) {
            problems.add(new Problem(
                    shown + " is " + column.typeShown() + ", which no sequence fills; it must be bigint",
                    addSequence(NewOutbox.columnBeside(name, columns.keySet()), role)
                            + " -- then name that column in outbox.columns.sequence" + WayOut.OR_ORDER_NONE));
            return null;
        }
        if (!column.notNull()) {
            problems.add(new Problem(
                    shown + " may be null, and a row without a number would never be read",
                    alter(column) + " SET NOT NULL" + WayOut.ORDER_NONE));
        }
        return column;
    }

    private String addSequence(String name, String role) {
        String sequence =
                Identifiers.quote(table.schema()) + '.' + Identifiers.quote(NewOutbox.sequenceName(table.name(), name));
        String column = Identifiers.quote(name);
        // A partitioned table's index needs the partition key too; the next inspection says which.
        String index =
                table.partitioned() ? "" : "CREATE UNIQUE INDEX ON " + table.quotedName() + " (" + column + "); ";
        return "ALTER TABLE " + table.quotedName() + " ADD COLUMN " + column
                + " bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME " + sequence + "); " + index
                + "GRANT SELECT ON SEQUENCE " + sequence + " TO " + role;
    }

    private @Nullable FoundColumn typed(String name, String setting, String typeToAdd, Set<String> types) {
        FoundColumn column = columns.get(name);
        if (column == null) {
            problems.add(missing(
                    name,
                    setting,
                    near -> types.contains(near.type()),
                    "ALTER TABLE " + table.quotedName() + " ADD COLUMN " + Identifiers.quote(name) + " " + typeToAdd));
            return null;
        }
        if (!types.contains(column.type())) {
            problems.add(new Problem(
                    table.quotedName() + "." + column.quotedName() + " (" + setting + ") is " + column.typeShown()
                            + "; it must be one of "
                            + String.join(", ", types.stream().sorted().toList()),
                    alter(column) + " TYPE text USING " + asText(column)));
        }
        return column;
    }

    /** What ORMs call a large object is only its number; the text behind it is what is meant. */
    private static String asText(FoundColumn column) {
        return column.type().equals("oid")
                ? "convert_from(lo_get(" + column.quotedName() + "), 'UTF8')"
                : column.quotedName() + "::text";
    }

    /** A column of a type that would not do is not what was meant. */
    private Problem missing(String name, String setting, Predicate<FoundColumn> fits, String statements) {
        String what =
                "table " + table.quotedName() + " has no column " + Identifiers.quote(name) + " (" + setting + ")";
        List<String> candidates =
                columns.values().stream().filter(fits).map(FoundColumn::name).toList();
        return NearestName.of(name, candidates)
                .map(near -> new Problem(what + "; is " + near + " meant?", "name " + near + " under " + setting))
                .orElseGet(() -> new Problem(what + "; it has " + String.join(", ", columns.keySet()), statements));
    }

    private String alter(FoundColumn column) {
        return "ALTER TABLE " + table.quotedName() + " ALTER COLUMN " + column.quotedName();
    }
}
