package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether every row of the outbox finds its place in the archive: the table, what may stand in its way, the privileges. */
final class ArchiveCheck {

    static final String SETTING = "outbox.archiveTable";

    private static final String TREE = """
            WITH RECURSIVE tree(oid) AS (
              SELECT ?::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON i.inhparent = t.oid)
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, c.relpersistence
              FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace
             ORDER BY c.oid""";

    /** A default that draws from a sequence the role may not draw from, of a column that only the archive has. */
    private static final String SEQUENCES = """
            SELECT DISTINCT format('%I.%I', n.nspname, s.relname)
              FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
              JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
               AND p.refclassid = 'pg_class'::regclass
              JOIN pg_class s ON s.oid = p.refobjid JOIN pg_namespace n ON n.oid = s.relnamespace
             WHERE d.adrelid = ?::oid AND CASE s.relkind WHEN 'S' THEN NOT has_sequence_privilege(s.oid, 'USAGE') END
               AND NOT EXISTS (SELECT FROM pg_attribute o
                     WHERE o.attrelid = ?::oid AND o.attname = a.attname AND o.attnum > 0)""";

    private static final String RULES =
            "SELECT quote_ident(rulename) FROM pg_rewrite WHERE ev_class = ?::oid AND ev_type = '3'";

    private final Catalog catalog;
    private final FoundTable outbox;
    private final List<Problem> problems;

    ArchiveCheck(Catalog catalog, FoundTable outbox, List<Problem> problems) {
        this.catalog = catalog;
        this.outbox = outbox;
        this.problems = problems;
    }

    /** Which archive the settings want for the table of that name. */
    static SideTables.Wanted wanted(OutboxRetention.Archive archive, String outboxTable) {
        return new SideTables.Wanted(
                archive.table(), NewOutbox.fitting(outboxTable, "_archive"), SETTING, "the archive");
    }

    /** How to create it. */
    static String creation(String archive, String outbox, String role) {
        return "CREATE TABLE " + archive + " (LIKE " + outbox + "); GRANT INSERT ON " + archive + " TO " + role;
    }

    /**
     * What was found, or null after saying why it would not do.
     *
     * @param columns all of the outbox's, in its order
     */
    OutboxTable.@Nullable Retained check(
            OutboxRetention.Archive wanted, List<FoundColumn> columns, PrivilegeChecks privileges) throws SQLException {
        SideTable archive = new SideTables(catalog, problems)
                .find(
                        wanted(wanted, outbox.name()),
                        outbox.schema(),
                        name -> creation(name, outbox.quotedName(), privileges.role()));
        if (archive == null || !holdsRows(archive)) {
            return null;
        }
        new ArchiveColumnChecks(catalog, outbox, archive, problems).check();
        new ArchiveConflictChecks(catalog, outbox, archive, problems).check();
        checkRules(archive);
        checkPrivileges(archive, columns, privileges);
        return new OutboxTable.Archived(
                archive.quotedName(),
                columns.stream().map(FoundColumn::quotedName).toList());
    }

    private boolean holdsRows(SideTable archive) throws SQLException {
        String name = archive.quotedName();
        if (archive.relkind() != 'r' && archive.relkind() != 'p') {
            problems.add(new Problem(
                    "the archive " + name + " (" + SETTING + ") is not a table", "name a table in " + SETTING));
            return false;
        }
        List<FoundTable.Member> tree = catalog.list(
                TREE,
                row -> new FoundTable.Member(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3).charAt(0),
                        row.getString(4).charAt(0)),
                archive.oid());
        List<Long> oids = new ArrayList<>(tree.stream()
                .map(FoundTable.Member::oid)
                .filter(outbox.treeOids()::contains)
                .toList());
        if (!oids.isEmpty()) {
            problems.add(new Problem(
                    "the archive " + name + " shares rows with the outbox " + outbox.quotedName()
                            + ": what is archived would be published again",
                    "set " + SETTING + " to a table of its own, which is neither the outbox nor a part of it"));
            return false;
        }
        for (FoundTable.Member member : tree) {
            if (member.relkind() == 'f') {
                problems.add(new Problem(
                        member.quotedName()
                                + ", a part of the archive, is a foreign table: rows could get lost between two servers",
                        "detach it, or name a table of this database in " + SETTING));
            } else if (member.persistence() != 'p') {
                problems.add(new Problem(
                        member.quotedName()
                                + " is unlogged or temporary: a crash of the server would empty the archive",
                        "ALTER TABLE " + member.quotedName() + " SET LOGGED"));
            }
        }
        return true;
    }

    private void checkRules(SideTable archive) throws SQLException {
        for (String rule : catalog.list(RULES, row -> row.getString(1), archive.oid())) {
            problems.add(new Problem(
                    "rule " + rule + " of the archive " + archive.quotedName() + " rewrites what is inserted",
                    "DROP RULE " + rule + " ON " + archive.quotedName()));
        }
    }

    private void checkPrivileges(SideTable archive, List<FoundColumn> columns, PrivilegeChecks privileges)
            throws SQLException {
        privileges.checkSchemaOf(archive.oid());
        String role = privileges.role();
        for (FoundColumn column : columns) {
            // A column that is missing is said already, and has no privileges to ask for.
            if (Boolean.FALSE.equals(catalog.first(
                    "SELECT has_column_privilege(attrelid, attnum, 'INSERT') FROM pg_attribute WHERE attrelid = ?::oid"
                            + " AND attname = ? AND NOT attisdropped",
                    row -> row.getBoolean(1),
                    archive.oid(),
                    column.name()))) {
                problems.add(new Problem(
                        role + " may not insert into the archive " + archive.quotedName(),
                        "GRANT INSERT ON " + archive.quotedName() + " TO " + role));
                break;
            }
        }
        for (String sequence : catalog.list(SEQUENCES, row -> row.getString(1), archive.oid(), outbox.oid())) {
            problems.add(new Problem(
                    role + " may not draw from sequence " + sequence + ", which fills a column of the archive",
                    "GRANT USAGE ON SEQUENCE " + sequence + " TO " + role));
        }
        privileges.checkRowSecurity(archive.oid(), "the archive " + archive.quotedName(), "refuse rows");
    }
}
