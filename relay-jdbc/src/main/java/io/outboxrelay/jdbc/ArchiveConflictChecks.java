package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether rows that stand in the outbox side by side can also stand in the archive side by side: nothing may be unique there that
 * is not unique in the outbox.
 */
final class ArchiveConflictChecks {

    private static final String CONFLICTS = """
            WITH keys AS (
              SELECT i.*, ARRAY(SELECT a.attname FROM pg_attribute a
                                 WHERE a.attrelid = i.indrelid
                                   AND a.attnum = ANY((i.indkey::int2[])[0 : i.indnkeyatts - 1])) AS names
                FROM pg_index i WHERE i.indrelid IN (?::oid, ?::oid))
            SELECT format('%I.%I', n.nspname, c.relname), quote_ident(k.conname)
              FROM keys i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
             WHERE i.indrelid = ?::oid AND (i.indisunique OR i.indisexclusion)
               AND NOT (i.indisunique AND EXISTS (SELECT FROM keys u
                     WHERE u.indrelid <> i.indrelid AND u.indisunique AND u.indisvalid
                       AND u.indpred IS NULL AND u.indexprs IS NULL AND u.names <@ i.names))
             ORDER BY 1""";

    private record Conflict(String index, @Nullable String constraint) {}

    private final Catalog catalog;
    private final FoundTable outbox;
    private final SideTable archive;
    private final List<Problem> problems;

    ArchiveConflictChecks(Catalog catalog, FoundTable outbox, SideTable archive, List<Problem> problems) {
        this.catalog = catalog;
        this.outbox = outbox;
        this.archive = archive;
        this.problems = problems;
    }

    void check() throws SQLException {
        List<Conflict> conflicts = catalog.list(
                CONFLICTS,
                row -> new Conflict(row.getString(1), row.getString(2)),
                archive.oid(),
                outbox.oid(),
                archive.oid());
        for (Conflict conflict : conflicts) {
            problems.add(new Problem(
                    conflict.index() + " makes unique in the archive " + archive.quotedName()
                            + " what is not unique in the outbox: rows would conflict and could not be archived",
                    conflict.constraint() == null
                            ? "DROP INDEX " + conflict.index()
                            : "ALTER TABLE " + archive.quotedName() + " DROP CONSTRAINT IF EXISTS "
                                    + conflict.constraint()));
        }
    }
}
