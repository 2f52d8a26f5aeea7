package io.outboxrelay.jdbc;

import io.outboxrelay.failure.NearestName;
import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the table, and says what it must be: there, a table, permanent, written by nobody but the application. */
final class TableCheck {
    private static final int CANDIDATES_MAX = 10_000;
    private static final int MEANT_MAX = 3;

    private static final String BY_NAME = """
            SELECT c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname), c.relkind
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND n.nspname = ANY(CASE WHEN ?::name IS NULL THEN current_schemas(false) ELSE ARRAY[?::name] END)
             ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1""";

    /** Other sessions' temporary tables and the system's own are never what was meant. */
    private static final String CANDIDATES = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
               AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') LIMIT\s""" + CANDIDATES_MAX;

    private static final String TREE = """
            WITH RECURSIVE tree(oid) AS (
              SELECT ?::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON i.inhparent = t.oid)
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, c.relpersistence
              FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace
             ORDER BY c.oid <> ?::oid, c.oid""";

    private static final String TABLES_OF_VIEW = """
            SELECT DISTINCT format('%I.%I', n.nspname, c.relname)
              FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
              JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid AND c.relkind IN ('r', 'p')
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE r.ev_class = ?::oid ORDER BY 1 LIMIT 3""";

    private final Catalog catalog;
    private final List<Problem> problems;

    TableCheck(Catalog catalog, List<Problem> problems) {
        this.catalog = catalog;
        this.problems = problems;
    }

    /** The table, or null after saying why there is none to look further into. */
    @Nullable
    FoundTable find(InspectionRequest request) throws SQLException {
        TableName name;
        try {
            name = TableName.parse(request.table());
        } catch (IllegalArgumentException e) {
            problems.add(new Problem("outbox.table: " + e.getMessage(), "set outbox.table=public.outbox, for example"));
            return null;
        }
        record Relation(FoundTable table, char relkind) {}
        Relation relation = catalog.first(
                BY_NAME,
                row -> new Relation(
                        new FoundTable(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), List.of()),
                        row.getString(5).charAt(0)),
                name.table(),
                name.schema(),
                name.schema());
        if (relation == null) {
            problems.add(missing(name, request));
            return null;
        }
        FoundTable bare = relation.table();
        if (relation.relkind() != 'r' && relation.relkind() != 'p') {
            problems.add(notATable(bare, relation.relkind()));
            return null;
        }
        FoundTable table = new FoundTable(bare.oid(), bare.schema(), bare.name(), bare.quotedName(), tree(bare.oid()));
        table.storage().forEach(this::checkMember);
        return table;
    }

    /** The table itself, then its partitions and children. */
    List<FoundTable.Member> tree(long oid) throws SQLException {
        return catalog.list(
                TREE,
                row -> new FoundTable.Member(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3).charAt(0),
                        row.getString(4).charAt(0)),
                oid,
                oid);
    }

    private void checkMember(FoundTable.Member member) {
        String name = member.quotedName();
        if (member.relkind() != 'r') {
            problems.add(new Problem(
                    name + ", a part of the table, is a foreign table: other servers' writers cannot be seen",
                    "detach it, or keep its rows in this database"));
        } else if (member.persistence() == 'u') {
            problems.add(new Problem(
                    name + " is unlogged: a crash of the server would empty it",
                    "ALTER TABLE " + name + " SET LOGGED"));
        } else if (member.persistence() == 't') {
            problems.add(new Problem(name + " is a temporary table", "name a permanent table in outbox.table"));
        }
    }

    private Problem missing(TableName name, InspectionRequest request) throws SQLException {
        List<TableName> tables = catalog.list(CANDIDATES, row -> new TableName(row.getString(1), row.getString(2)));
        String near = NearestName.of(
                        name.table(),
                        tables.stream().map(TableName::table).distinct().toList())
                .orElse("");
        List<String> meant = tables.stream()
                .filter(candidate -> candidate.table().equals(near))
                .map(TableName::toString)
                .limit(MEANT_MAX)
                .toList();
        String what = "table " + name + " does not exist" + (name.schema() == null ? " in the search path" : "");
        if (!meant.isEmpty()) {
            return new Problem(
                    what + "; is " + String.join(" or ", meant) + " meant?", "set outbox.table=" + meant.get(0));
        }
        String schema = name.schema() == null
                ? Objects.requireNonNullElse(
                        catalog.first("SELECT current_schema()", row -> row.getString(1)), "public")
                : name.schema();
        boolean schemaThere = catalog.holds("SELECT true FROM pg_namespace WHERE nspname = ?", schema);
        String role = catalog.role();
        return new Problem(
                what,
                (schemaThere ? "" : "CREATE SCHEMA " + Identifiers.quote(schema) + "; ")
                        + NewOutbox.statements(schema, name.table(), request, role)
                        + " -- as the application's role");
    }

    private Problem notATable(FoundTable relation, char relkind) throws SQLException {
        String kind = switch (relkind) {
            case 'v' -> "a view";
            case 'm' -> "a materialized view";
            default -> "a foreign table";
        };
        List<String> behind = catalog.list(TABLES_OF_VIEW, row -> row.getString(1), relation.oid());
        return new Problem(
                relation.quotedName() + " is " + kind + ": the relay reads and deletes the rows of a table itself",
                behind.isEmpty()
                        ? "name the table in outbox.table"
                        : "set outbox.table=" + String.join(" or ", behind));
    }
}
