package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;

/** Whether the server notes when transactions commit, and the relay's role may ask for it row by row. */
final class CommitTimestampCheck {
    private static final String FUNCTION = "pg_catalog.pg_xact_commit_timestamp(xid)";

    private final Catalog catalog;
    private final List<Problem> problems;

    CommitTimestampCheck(Catalog catalog, List<Problem> problems) {
        this.catalog = catalog;
        this.problems = problems;
    }

    void check(FoundTable table, String role) throws SQLException {
        if (!catalog.holds("SELECT current_setting('track_commit_timestamp')::boolean")) {
            problems.add(
                    new Problem(
                            "the server does not note when transactions commit (track_commit_timestamp is off), which outbox.order=commit-timestamp"
                                    + " rests on",
                            "ALTER SYSTEM SET track_commit_timestamp = on -- as a superuser, then restart the server: it is read at its start"
                                    + " only. Rows committed before that have no timestamp and are published first, by their numbers"));
        }
        if (!catalog.holds("SELECT has_function_privilege('" + FUNCTION + "', 'EXECUTE')")) {
            problems.add(new Problem(
                    role + " may not execute " + FUNCTION + ", which says when a row's transaction committed",
                    "GRANT EXECUTE ON FUNCTION " + FUNCTION + " TO " + role));
        }
        // A grant on the table has it in it, one on single columns does not.
        if (catalog.holds("SELECT has_any_column_privilege(?::oid, 'SELECT')", table.oid())
                && !catalog.holds("SELECT has_column_privilege(?::oid, 'xmin', 'SELECT')", table.oid())) {
            problems.add(new Problem(
                    role + " may not read the column xmin of " + table.quotedName()
                            + ", which every table has: it names a row's transaction",
                    "GRANT SELECT (xmin) ON " + table.quotedName() + " TO " + role));
        }
    }
}
