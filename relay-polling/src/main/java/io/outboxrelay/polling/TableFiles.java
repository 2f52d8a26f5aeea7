package io.outboxrelay.polling;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Collectors;

/**
 * The files in which a table's rows stand, its partitions' included. COPY takes its snapshot before it waits for the table's lock,
 * unlike a SELECT. What it waits for may be an {@code ALTER TABLE} that writes all rows anew, as its own: they are invisible to a
 * snapshot from before its commit, so the page comes empty, without an error, and gaps would be given up for it. But the rows then
 * stand in other files, and that a statement sees whatever its snapshot is. {@code VACUUM FULL}, {@code CLUSTER} and
 * {@code TRUNCATE} change the files too.
 */
final class TableFiles {

    /** A parameter that nobody sets: the error of a page that was read from other files. */
    static final String REWRITTEN = "outbox_relay.table_rewritten";

    private TableFiles() {}

    /** A condition for a read: true as long as the files are what they are now, an error afterwards. */
    static String unchanged(PollingSession session) throws SQLException {
        String oids = session.table().identity().treeOids().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(","));
        // Of a partitioned table itself there is no file.
        String files = "(SELECT string_agg(coalesce(pg_relation_filenode(f.oid)::text, '-'), ',' ORDER BY f.oid)"
                + " FROM unnest('{" + oids + "}'::oid[]) f(oid))";
        try (PreparedStatement statement =
                        session.connection().prepareStatement("SELECT " + files + " WHERE " + session.guard());
                ResultSet row = statement.executeQuery()) {
            row.next();
            return "CASE WHEN " + files + " = '" + row.getString(1) + "' THEN true ELSE current_setting('" + REWRITTEN
                    + "')::boolean END";
        }
    }
}
