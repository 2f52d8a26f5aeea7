package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the archive has a column for each of the outbox's that takes all of its values, and asks for nothing else. */
final class ArchiveColumnChecks {

    /** A cast that is implicit loses nothing, but for those to floating point. */
    private static final String COLUMNS = """
            SELECT quote_ident(o.attname), format_type(o.atttypid, o.atttypmod), format_type(a.atttypid, a.atttypmod),
                   a.atttypid = o.atttypid AND a.atttypmod IN (-1, o.atttypmod)
                     OR a.atttypmod = -1 AND a.atttypid NOT IN ('float4'::regtype, 'float8'::regtype)
                        AND EXISTS (SELECT FROM pg_cast c
                              WHERE c.castsource = o.atttypid AND c.casttarget = a.atttypid AND c.castcontext = 'i'),
                   a.attgenerated <> '', a.attnotnull AND NOT o.attnotnull, %1$s
              FROM pg_attribute o
              LEFT JOIN pg_attribute a
                ON a.attrelid = ?::oid AND a.attname = o.attname AND a.attnum > 0 AND NOT a.attisdropped
             WHERE o.attrelid = ?::oid AND o.attnum > 0 AND NOT o.attisdropped ORDER BY o.attnum""";

    private static final String DEMANDING = """
            SELECT quote_ident(a.attname), %1$s FROM pg_attribute a
             WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
               AND NOT EXISTS (SELECT FROM pg_attribute o
                     WHERE o.attrelid = ?::oid AND o.attname = a.attname AND o.attnum > 0)""";

    /** The primary key's constraint where the column is a part of it: NOT NULL cannot be dropped then. */
    private static final String PRIMARY_KEY = """
            (SELECT quote_ident(k.conname) FROM pg_constraint k
              WHERE k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY(k.conkey))""";

    private record Pair(
            String name,
            String type,
            @Nullable String archiveType,
            boolean fits,
            boolean generated,
            boolean refusesNull,
            @Nullable String primaryKey) {}

    private record Demanding(String name, @Nullable String primaryKey) {}

    private final Catalog catalog;
    private final FoundTable outbox;
    private final SideTable archive;
    private final List<Problem> problems;

    ArchiveColumnChecks(Catalog catalog, FoundTable outbox, SideTable archive, List<Problem> problems) {
        this.catalog = catalog;
        this.outbox = outbox;
        this.archive = archive;
        this.problems = problems;
    }

    void check() throws SQLException {
        List<Pair> pairs = catalog.list(
                COLUMNS.formatted(PRIMARY_KEY),
                row -> new Pair(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getString(7)),
                archive.oid(),
                outbox.oid());
        pairs.forEach(this::check);
        List<Demanding> demanding = catalog.list(
                DEMANDING.formatted(PRIMARY_KEY),
                row -> new Demanding(row.getString(1), row.getString(2)),
                archive.oid(),
                outbox.oid());
        for (Demanding column : demanding) {
            problems.add(new Problem(
                    shown(column.name()) + " must have a value, and the outbox has none for it",
                    mayBeNull(column.name(), column.primaryKey())));
        }
    }

    private void check(Pair column) {
        if (column.archiveType() == null) {
            problems.add(new Problem(
                    "the archive " + archive.quotedName() + " has no column " + column.name()
                            + ", which the outbox has",
                    "ALTER TABLE " + archive.quotedName() + " ADD COLUMN " + column.name() + " " + column.type()));
            return;
        }
        String alter = "ALTER TABLE " + archive.quotedName() + " ALTER COLUMN " + column.name();
        if (column.generated()) {
            problems.add(new Problem(
                    shown(column.name()) + " is generated and takes no value from the outbox",
                    alter + " DROP EXPRESSION"));
        } else if (!column.fits()) {
            problems.add(new Problem(
                    shown(column.name()) + " is " + column.archiveType() + ", which does not take every value of "
                            + column.type() + " that the outbox has there",
                    alter + " TYPE " + column.type() + " USING " + column.name() + "::text::" + column.type()));
        }
        if (column.refusesNull()) {
            problems.add(new Problem(
                    shown(column.name()) + " may not be null, and in the outbox it may",
                    mayBeNull(column.name(), column.primaryKey())));
        }
    }

    private String mayBeNull(String column, @Nullable String primaryKey) {
        String alter = "ALTER TABLE " + archive.quotedName();
        return (primaryKey == null ? "" : alter + " DROP CONSTRAINT IF EXISTS " + primaryKey + "; ") + alter
                + " ALTER COLUMN " + column + " DROP NOT NULL";
    }

    private String shown(String column) {
        return "column " + column + " of the archive " + archive.quotedName();
    }
}
