package io.outboxrelay.jdbc.slot;

import io.outboxrelay.jdbc.Identifiers;

/**
 * Which server, timeline, publication and table a name leads to, in one text: what a statement that goes by names has to be sure of
 * before it changes rows of a stream.
 */
public final class StreamIdentity {

    private StreamIdentity() {}

    /**
     * The query that asks for it; one row, one text, which no stream has where the server is a standby, or the table is not in the publication.
     *
     * @param publication its name
     * @param quotedTable its name for SQL text
     */
    public static String sql(String publication, String quotedTable) {
        return "SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),"
                + " CASE WHEN NOT pg_is_in_recovery()"
                + " THEN ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::bigint END,"
                + " (SELECT concat(p.oid, '.', p.xmin, '/' || r.oid || '.' || r.xmin) FROM pg_catalog.pg_publication p"
                + " JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid WHERE p.pubname = "
                + Identifiers.literal(publication) + " AND r.prrelid = to_regclass(" + Identifiers.literal(quotedTable)
                + ")))";
    }

    /** That of a stream which was checked. */
    public static String of(StreamPosition begun) {
        return begun.systemIdentifier() + "/" + begun.timeline() + "/" + begun.publication();
    }
}
