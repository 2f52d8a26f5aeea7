package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a polling relay left behind of a table whose rows it kept: which of them are published. For whoever reads the table after it. Goes
 * by the catalog, as settings for another way of reading do not name what polling used; believes nothing that polling itself would not
 * go on from. Changes nothing. Used by the connection's thread.
 */
public final class PolledRows {

    /** In which form polling stores how far publishing got: what this version writes, and the only one that it reads. */
    public static final int FORMAT = 1;

    /** In place of the sequence's file, once its numbers were seen to go back. */
    public static final long DISTRUSTED = 0;

    private static final String STATE_TABLES = """
            SELECT c.oid, format('%I.%I', n.nspname, c.relname),
                   has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND ? = (SELECT count(*) FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                     AND concat(a.attname, ' ', format_type(a.atttypid, a.atttypmod)) = ANY(string_to_array(?, '|')))
             ORDER BY c.oid""";

    private static final String HERE = "SELECT true FROM pg_control_system() WHERE system_identifier = ?";

    private static final String OUTBOX = """
            SELECT n.nspname, c.relname, format('%I.%I', n.nspname, c.relname)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?::oid""";

    private static final String SEQUENCE = """
            SELECT pg_relation_filenode(c.oid::regclass)::bigint, format('%I.%I', n.nspname, c.relname),
                   has_schema_privilege(n.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'SELECT')
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?::oid""";

    private final Catalog catalog;
    private final FoundTable outbox;

    private PolledRows(Catalog catalog, FoundTable outbox) {
        this.catalog = catalog;
        this.outbox = outbox;
    }

    /**
     * What was found.
     *
     * @param stateTable the quoted name of the table that says it
     * @param published null where what it says cannot be relied on
     * @param said for people: how far, or why it cannot be relied on
     */
    public record Found(String stateTable, @Nullable Published published, String said) {}

    /**
     * The rows that are published: all whose number is not above {@code top}, but those in the gaps.
     *
     * @param column the quoted name of the column of the numbers
     * @param lo the lower ends of the gaps, ascending
     * @param hi their upper ends
     */
    public record Published(String column, long top, List<Long> lo, List<Long> hi) {

        public Published {
            lo = List.copyOf(lo);
            hi = List.copyOf(hi);
        }

        /** True or false for every row; a search by halves for each, however many gaps there are. */
        public String condition(String alias) {
            String number = alias + "." + column + "::bigint";
            return "(" + number + " <= " + top + " AND NOT coalesce(" + number + " <= (" + array(hi) + ")[width_bucket("
                    + number + ", " + array(lo) + ")], false)) IS TRUE";
        }

        private static String array(List<Long> numbers) {
            return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "'{", "}'::bigint[]"));
        }
    }

    private record StateTable(long oid, String quotedName, boolean readable) {}

    private record Row(StateTable table, int format, long systemIdentifier, Origin of, Extent extent) {}

    private record Origin(long outbox, long sequence, long filenode) {}

    private record Extent(long top, List<@Nullable Long> lo, List<@Nullable Long> hi) {}

    /**
     * What is known of this table; null where no polling relay has stored anything of it.
     *
     * @param oid of the table
     */
    public static @Nullable Found of(Connection connection, long oid) throws SQLException {
        Catalog catalog = new Catalog(connection);
        List<FoundTable.Member> tree = new TableCheck(catalog, new ArrayList<>()).tree(oid);
        FoundTable outbox = Objects.requireNonNull(catalog.first(
                OUTBOX, row -> new FoundTable(oid, row.getString(1), row.getString(2), row.getString(3), tree), oid));
        return new PolledRows(catalog, outbox).found();
    }

    private @Nullable Found found() throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<String> hidden = new ArrayList<>();
        for (StateTable table : stateTables()) {
            if (table.readable()) {
                rows.addAll(rows(table));
            } else {
                hidden.add(table.quotedName());
            }
        }
        if (rows.isEmpty()) {
            return hidden.isEmpty()
                    ? null
                    : unusable(
                            hidden.get(0),
                            "may hold it, but " + catalog.role() + " may not read every row of that table");
        }
        String name = rows.get(0).table().quotedName();
        if (rows.size() > 1) {
            return unusable(name, "is one of " + rows.size() + " places that say so");
        }
        return judged(name, rows.get(0));
    }

    private static Found unusable(String stateTable, String why) {
        return new Found(stateTable, null, why);
    }

    private List<StateTable> stateTables() throws SQLException {
        List<String> columns = StateTableCheck.columns();
        return catalog.list(
                STATE_TABLES,
                row -> new StateTable(row.getLong(1), row.getString(2), row.getBoolean(3)),
                columns.size(),
                String.join("|", columns));
    }

    private List<Row> rows(StateTable table) throws SQLException {
        return catalog.list(
                "SELECT format, system_identifier, outbox_oid, sequence_oid, sequence_filenode, top, gaps_lo, gaps_hi FROM "
                        + table.quotedName() + " WHERE outbox_oid = ? OR outbox = ?",
                row -> new Row(
                        table,
                        row.getInt(1),
                        row.getLong(2),
                        new Origin(row.getLong(3), row.getLong(4), row.getLong(5)),
                        new Extent(row.getLong(6), numbers(row, 7), numbers(row, 8))),
                outbox.oid(),
                outbox.quotedName());
    }

    private static List<@Nullable Long> numbers(ResultSet row, int column) throws SQLException {
        Array numbers = row.getArray(column);
        return Arrays.asList(numbers == null ? new Long[1] : (Long[]) numbers.getArray());
    }

    private Found judged(String name, Row row) throws SQLException {
        Origin of = row.of();
        if (row.format() != FORMAT) {
            return unusable(name, "says so in format " + row.format() + ", and this version knows " + FORMAT);
        }
        boolean here = catalog.holds(HERE, row.systemIdentifier());
        if (!here || of.outbox() != outbox.oid()) {
            return unusable(name, "says so of another table, or of another server's");
        }
        String column = numbered(of.sequence());
        if (column == null) {
            return unusable(name, "goes by numbers of a sequence from which not every row of the table draws now");
        }
        String unfit = sequenceUnfit(of, row.extent().top());
        if (unfit != null) {
            return unusable(name, unfit);
        }
        if (!isSound(row.extent())) {
            return unusable(name, "is damaged");
        }
        Extent extent = row.extent();
        return new Found(
                name,
                new Published(column, extent.top(), List.copyOf(extent.lo()), List.copyOf(extent.hi())),
                "says that numbers up to " + extent.top() + " are published, but for "
                        + extent.lo().size() + " gaps");
    }

    /** The column of which every row's number is drawn from this sequence, whatever the application writes; null where there is none. */
    private @Nullable String numbered(long sequence) throws SQLException {
        for (FoundColumn column : new ColumnChecks(catalog, outbox, new ArrayList<>()).all()) {
            List<Problem> problems = new ArrayList<>();
            if (!column.type().equals("int8") || !column.notNull()) {
                continue;
            }
            DrawRemedies remedies = new DrawRemedies(catalog, outbox, column, catalog.role());
            Long drawn = new DrawChecks(catalog, remedies, problems).sequence(outbox, column);
            if (drawn != null && drawn == sequence && problems.isEmpty()) {
                new SequenceChecks(catalog, outbox, problems).checkDefinition(drawn);
                return problems.isEmpty() ? column.quotedName() : null;
            }
        }
        return null;
    }

    private @Nullable String sequenceUnfit(Origin of, long top) throws SQLException {
        record Sequence(long filenode, String quotedName, boolean readable) {}
        Sequence sequence = Objects.requireNonNull(catalog.first(
                SEQUENCE, row -> new Sequence(row.getLong(1), row.getString(2), row.getBoolean(3)), of.sequence()));
        if (of.filenode() == DISTRUSTED || of.filenode() != sequence.filenode()) {
            return "goes by numbers of " + sequence.quotedName() + ", which went back or was restarted since";
        }
        if (!sequence.readable()) {
            return "goes by numbers of " + sequence.quotedName() + ", which " + catalog.role() + " may not read";
        }
        String lastDrawn =
                new OutboxTable.Sequence(of.sequence(), sequence.quotedName(), sequence.filenode(), 0).lastDrawnSql();
        long last = Objects.requireNonNull(catalog.first(lastDrawn, row -> row.getLong(1)));
        return last < top
                ? "knows numbers up to " + top + ", and " + sequence.quotedName() + " has drawn only up to " + last
                : null;
    }

    private static boolean isSound(Extent extent) {
        List<@Nullable Long> lo = extent.lo();
        List<@Nullable Long> hi = extent.hi();
        if (lo.size() != hi.size() || lo.contains(null) || hi.contains(null)) {
            return false;
        }
        for (int i = 0; i < lo.size(); i++) {
            long from = Objects.requireNonNull(lo.get(i));
            long to = Objects.requireNonNull(hi.get(i));
            boolean behind = i == 0 || from > Objects.requireNonNull(hi.get(i - 1));
            if (!behind || to < from || to > extent.top()) {
                return false;
            }
        }
        return true;
    }
}
