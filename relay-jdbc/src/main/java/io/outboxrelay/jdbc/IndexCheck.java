package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a whole, valid, unique btree index leads with a column, so that reading by it never scans the table. */
final class IndexCheck {

    /**
     * The indexes that have the column somewhere. Its number differs between partitions, so it is found by name; an operator
     * class or a collation other than the column's own would not serve ORDER BY.
     */
    private static final String INDEXES = """
            SELECT format('%I.%I', n.nspname, ic.relname), i.indisvalid AND i.indisready, i.indisunique, i.indpred IS NULL,
                   am.amname = 'btree' AND opc.opcdefault AND i.indcollation[0] = a.attcollation, i.indkey[0] = a.attnum, i.indnkeyatts = 1
              FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace
              JOIN pg_am am ON am.oid = ic.relam JOIN pg_opclass opc ON opc.oid = i.indclass[0]
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = ?
             WHERE i.indrelid = ?::oid AND a.attnum = ANY(i.indkey) ORDER BY ic.relname""";

    /** A unique index of a partitioned table must have the columns of the partition key, of every level; null: an expression. */
    private static final String PARTITION_KEY = """
            SELECT DISTINCT quote_ident(a.attname) FROM pg_partitioned_table p, unnest(p.partattrs::int2[]) k(attnum)
              LEFT JOIN LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = p.partrelid AND attnum = k.attnum AND attnum > 0) a
                ON true WHERE p.partrelid = ANY(?::oid[])""";

    private record Index(
            String quotedName, boolean valid, boolean unique, boolean whole, boolean plainBtree, Place place) {
        boolean serves(Demand demand) {
            return valid && fits(demand);
        }

        /** Whether nothing is wrong with what it is by its definition. */
        boolean fits(Demand demand) {
            return unique && whole && plainBtree && place.leads() && (place.alone() || !demand.alone());
        }

        String shortcoming(Demand demand) {
            return !place.leads()
                    ? "does not lead with it"
                    : !unique
                            ? "is not unique"
                            : !whole
                                    ? "is partial"
                                    : !plainBtree
                                            ? "is not a plain btree"
                                            : fits(demand)
                                                    ? "is not valid"
                                                    : "is unique only together with more columns";
        }
    }

    /**
     * Where an index has the column.
     *
     * @param leads in the first place
     * @param alone as its only key
     */
    private record Place(boolean leads, boolean alone) {}

    /**
     * What is asked of an index.
     *
     * @param alone whether the column must be unique by itself
     * @param wayOut what would do instead, as an SQL comment, or nothing
     */
    record Demand(boolean alone, String wayOut) {}

    private final Catalog catalog;
    private final List<Problem> problems;

    IndexCheck(Catalog catalog, List<Problem> problems) {
        this.catalog = catalog;
        this.problems = problems;
    }

    /** The quoted name of the index of the table itself, or null after saying what is wrong. */
    @Nullable
    String find(FoundTable table, FoundColumn column, Demand demand) throws SQLException {
        // A partitioned table's index is valid only when every partition has its part; inheritance promises nothing of
        // the kind.
        List<FoundTable.Member> members = table.partitioned() ? table.tree().subList(0, 1) : table.tree();
        String found = null;
        for (FoundTable.Member member : members) {
            String index = find(table, member, column, demand);
            found = member.oid() == table.oid() ? index : found;
        }
        return found;
    }

    private @Nullable String find(FoundTable table, FoundTable.Member member, FoundColumn column, Demand demand)
            throws SQLException {
        List<Index> indexes = catalog.list(
                INDEXES,
                row -> new Index(
                        row.getString(1),
                        row.getBoolean(2),
                        row.getBoolean(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        new Place(row.getBoolean(6), row.getBoolean(7))),
                column.name(),
                member.oid());
        for (Index index : indexes) {
            if (index.serves(demand)) {
                return index.quotedName();
            }
        }
        List<String> shortcomings = new ArrayList<>();
        indexes.forEach(index -> shortcomings.add(index.quotedName() + " " + index.shortcoming(demand)));
        problems.add(new Problem(
                "no valid, whole, unique btree index of " + member.quotedName() + " leads with " + column.quotedName()
                        + (shortcomings.isEmpty() ? "" : ": " + String.join(", ", shortcomings)),
                remedy(table, member, column, indexes, demand) + demand.wayOut()));
        return null;
    }

    private String remedy(
            FoundTable table, FoundTable.Member member, FoundColumn column, List<Index> indexes, Demand demand)
            throws SQLException {
        for (Index index : indexes) {
            if (!index.valid() && index.fits(demand) && !table.partitioned()) {
                return "REINDEX INDEX CONCURRENTLY " + index.quotedName();
            }
        }
        if (!table.partitioned()) {
            return "CREATE UNIQUE INDEX CONCURRENTLY ON " + member.quotedName() + " (" + column.quotedName() + ")";
        }
        List<@Nullable String> key = catalog.list(PARTITION_KEY, row -> row.getString(1), table.treeOids());
        if (key.contains(null)) {
            return "-- the table is partitioned by an expression, which allows no unique index: partition it by columns";
        }
        List<String> columns = new ArrayList<>(List.of(column.quotedName()));
        key.stream().filter(name -> !column.quotedName().equals(name)).forEach(columns::add);
        return "CREATE UNIQUE INDEX ON " + table.quotedName() + " (" + String.join(", ", columns) + ")";
    }
}
