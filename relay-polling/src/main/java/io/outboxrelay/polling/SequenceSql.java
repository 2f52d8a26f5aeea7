package io.outboxrelay.polling;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.OutboxTable;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statements of reading by sequence. Where COPY allows no parameters, only numbers and names that the server itself quoted
 * enter the text. Every statement carries the session's guard. Immutable.
 */
final class SequenceSql {

    private final OutboxTable table;
    private final RowSelection selection;
    private final String number;
    private final String sequence;
    private final String guard;

    SequenceSql(OutboxTable table, String guard) {
        this.table = table;
        this.selection = new RowSelection(table.columns());
        this.number = "t." + required(table.columns().sequence()).quotedName();
        this.sequence = required(table.sequence()).quotedName();
        this.guard = guard;
    }

    /** Gaps and frontier in one statement, hence in one snapshot: apart they invert keys. */
    String page(Frontier frontier, int rowsMax) {
        String ordered = " ORDER BY " + number + " LIMIT " + rowsMax;
        String above = select() + " WHERE " + number + " > '" + frontier.top() + "'::bigint";
        List<NumberRange> gaps = frontier.gaps();
        String rows = gaps.isEmpty()
                ? above + " AND " + guard + ordered
                : "SELECT * FROM (SELECT o.* FROM unnest("
                        + array(gaps.stream().map(NumberRange::lo).toList()) + ", "
                        + array(gaps.stream().map(NumberRange::hi).toList()) + ") g(lo, hi) CROSS JOIN LATERAL ("
                        + select() + " WHERE " + number + " BETWEEN g.lo AND g.hi" + ordered + ") o UNION ALL (" + above
                        + ordered + ")) x WHERE " + guard + " ORDER BY " + RowSelection.NUMBER + " LIMIT " + rowsMax;
        return "SELECT " + selection.rendered() + " FROM (" + rows + ") y ORDER BY " + RowSelection.NUMBER;
    }

    /**
     * Who may still bring a row. Columns: whether table and sequence are still those that were inspected, the sequence's last
     * number, then for every holder its virtual transaction and whether it is prepared; one row with nulls when there is none.
     *
     * @param tree the oids of the table and all its partitions
     */
    String holders(List<Long> tree) {
        return "SELECT q.same, q.last_value, l.virtualtransaction, l.pid IS NULL FROM (SELECT last_value, tableoid = "
                + required(table.sequence()).oid() + " AND to_regclass("
                + Identifiers.literal(table.identity().quotedName())
                + ") = " + table.identity().oid() + " AS same FROM " + sequence + ") q LEFT JOIN pg_locks l"
                + " ON l.locktype = 'relation' AND l.relation IN ("
                + required(table.sequence()).oid() + ", "
                + tree.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")"
                + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                + " AND l.mode = 'RowExclusiveLock' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid() WHERE "
                + guard;
    }

    /** Deletes the rows of ranges. Parameters: the lower ends, the upper ends, the highest number read as an array of one. */
    String deleteRanges() {
        return "DELETE FROM " + table.identity().quotedName()
                + " t USING unnest(?::bigint[], ?::bigint[]) g(lo, hi) WHERE " + number
                + " BETWEEN g.lo AND g.hi AND " + guard + " AND " + notGoneBack();
    }

    /** Deletes rows by number. Parameters: the numbers, the highest number read as an array of one. */
    String deleteKeys() {
        return "DELETE FROM " + table.identity().quotedName() + " t WHERE " + number + " = ANY(?::bigint[]) AND "
                + guard + " AND " + notGoneBack();
    }

    /** After TRUNCATE ... RESTART IDENTITY other rows stand under the numbers that were read: then nothing is deleted. */
    private String notGoneBack() {
        return "(SELECT last_value FROM " + sequence + ") >= (?::bigint[])[1]";
    }

    /** The numbers that stand in the table. Parameters: above which, up to and with which, how many at most. */
    String standingNumbers() {
        return "SELECT " + number + " FROM " + table.identity().quotedName() + " t WHERE " + number + " > ? AND "
                + number + " <= ? AND " + guard + " ORDER BY " + number + " LIMIT ?";
    }

    private String select() {
        return "SELECT " + selection.raw("t", number) + " FROM "
                + table.identity().quotedName() + " t";
    }

    private static String array(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "'{", "}'::bigint[]"));
    }

    private static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("reading by sequence without a sequence");
        }
        return part;
    }
}
