package io.outboxrelay.jdbc;

import java.util.List;

/**
 * The table that the settings name, whatever it is worth.
 *
 * @param oid its oid
 * @param schema its schema, without quotes
 * @param name its name, without quotes
 * @param quotedName both, for SQL text
 * @param tree itself first, then its partitions and children
 */
record FoundTable(long oid, String schema, String name, String quotedName, List<Member> tree) {

    /**
     * One table of the tree.
     *
     * @param relkind as in {@code pg_class}
     * @param persistence as in {@code pg_class}: p permanent, u unlogged, t temporary
     */
    record Member(long oid, String quotedName, char relkind, char persistence) {

        /** Whether rows are stored in it: a partitioned table only has partitions that do. */
        boolean holdsRows() {
            return relkind != 'p';
        }
    }

    boolean partitioned() {
        return tree.get(0).relkind() == 'p';
    }

    List<Long> treeOids() {
        return tree.stream().map(Member::oid).toList();
    }

    List<Member> storage() {
        return tree.stream().filter(Member::holdsRows).toList();
    }

    /** Whether there is more than the table itself. */
    boolean hasChildren() {
        return tree.size() > 1 || partitioned();
    }
}
