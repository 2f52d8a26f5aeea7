package io.outboxrelay.jdbc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sound outbox table, as the inspection found it. Every quoted name is as the server itself quotes it, and is safe in SQL text.
 *
 * @param identity which table it is
 * @param columns its columns that matter
 * @param sequence where the numbers come from, or null where they may come from anywhere: with {@link OutboxOrder#NONE}, and
 *     with {@link OutboxOrder#COMMIT_TIMESTAMP} in a table without partitions
 * @param index the quoted name, with schema, of the index that reading goes by: led by the sequence column, or by the id
 *     with {@link OutboxOrder#NONE}
 * @param retained where published rows are to be found
 */
public record OutboxTable(
        Identity identity, Columns columns, @Nullable Sequence sequence, String index, Retained retained) {

    /** Where published rows are to be found. */
    public sealed interface Retained {}

    /** Nowhere. */
    public record Deleted() implements Retained {}

    /**
     * In another table.
     *
     * @param archive its quoted name, with schema
     * @param columns the quoted names of all of the outbox's columns, which the archive has too
     */
    public record Archived(String archive, List<String> columns) implements Retained {

        public Archived {
            columns = List.copyOf(columns);
        }
    }

    /**
     * In the outbox, as they were.
     *
     * @param stateTable the quoted name, with schema, of the table that says how far publishing got
     */
    public record Kept(String stateTable) implements Retained {}

    /**
     * @param oid the table's oid
     * @param treeOids the oids of the table and of all its partitions and children, itself first, as of the inspection
     * @param quotedName schema and table
     * @param partitioned whether it is a partitioned table ({@code relkind} p) and not an ordinary one ({@code relkind} r)
     */
    public record Identity(long oid, List<Long> treeOids, String quotedName, boolean partitioned) {

        public Identity {
            treeOids = List.copyOf(treeOids);
        }

        /** {@code relkind} as the catalog has it: 'r' or 'p'. */
        public char relkind() {
            return partitioned ? 'p' : 'r';
        }
    }

    /**
     * @param id the event id's column
     * @param sequence the number's column, always int8 and not null; null with {@link OutboxOrder#NONE}
     * @param key the key's column
     * @param payload the payload's column
     * @param routed those that routing reads, in the order of the request
     */
    public record Columns(Column id, @Nullable Column sequence, Column key, Column payload, List<Column> routed) {

        public Columns {
            routed = List.copyOf(routed);
        }
    }

    /**
     * @param name as the database knows it, without quotes
     * @param quotedName for SQL text
     * @param type the type's name in {@code pg_type}, of the base type where the column's is a domain: {@code uuid}, {@code text},
     *     {@code varchar}, {@code bpchar}, {@code int2}, {@code int4}, {@code int8}, {@code json}, {@code jsonb}, {@code bytea}; of a
     *     routed column anything
     * @param notNull whether the table forbids null
     */
    public record Column(String name, String quotedName, String type, boolean notNull) {}

    /**
     * @param oid the sequence's oid
     * @param quotedName schema and sequence
     * @param filenode where it is stored: another one once it was restarted, by {@code TRUNCATE ... RESTART IDENTITY} too
     * @param lastDrawn the last number drawn when it was inspected, see {@link #lastDrawnSql}
     */
    public record Sequence(long oid, String quotedName, long filenode, long lastDrawn) {

        /** A query of one bigint: the last number drawn, one below the start where none was. Not transactional: always the latest. */
        public String lastDrawnSql() {
            return "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM " + quotedName;
        }
    }
}
