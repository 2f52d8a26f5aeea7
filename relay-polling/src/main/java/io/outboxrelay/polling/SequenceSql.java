package io.outboxrelay.polling;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.OutboxTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statements of reading by sequence. Where COPY allows no parameters, only numbers and names that the server itself quoted
 * enter the text. Every statement carries the session's guard. Immutable.
 */
final class SequenceSql {

    /** A sequence that was not used yet, or set to start anew, shows the first number that it will give. */
    private static final String LAST_DRAWN = "last_value - (NOT is_called)::int";

    /** A parameter that nobody sets: the error of a page whose numbers are not those that were read before. */
    static final String UNKNOWN_NUMBERS = "outbox_relay.unknown_numbers";

    private final OutboxTable table;
    private final RowSelection selection;
    private final String number;
    private final String sequence;
    private final String guard;
    private final String filesUnchanged;
    private final boolean keeping;

    /** The statements of a session, whose reads are of the files in which the rows stand now. */
    static SequenceSql of(PollingSession session) throws SQLException {
        return new SequenceSql(session, TableFiles.unchanged(session));
    }

    private SequenceSql(PollingSession session, String filesUnchanged) {
        this.table = session.table();
        this.selection = new RowSelection(table.columns(), session.timed());
        this.number = "t." + required(table.columns().sequence()).quotedName();
        this.sequence = required(table.sequence()).quotedName();
        this.guard = session.guard();
        this.filesUnchanged = filesUnchanged;
        this.keeping = table.retained() instanceof OutboxTable.Kept;
    }

    /**
     * Gaps and frontier in one statement, hence in one snapshot: apart they invert keys.
     *
     * @param start its dormancy names the gaps to leave out as long as, in that snapshot, nobody has ended who can fill them
     */
    String page(Frontier frontier, ReadStart start, int rowsMax) {
        Dormancy dormancy = start.dormancy();
        String known = guard + " AND " + filesUnchanged + knownNumbers(frontier.top());
        String ordered = " ORDER BY " + number + " LIMIT " + rowsMax;
        String above = select() + " WHERE " + number + " > '" + frontier.top() + "'::bigint";
        List<NumberRange> gaps = frontier.gaps();
        if (gaps.isEmpty()) {
            return rendered(above + " AND " + known + ordered);
        }
        List<NumberRange> awake =
                gaps.stream().filter(gap -> !dormancy.covers(gap)).toList();
        List<NumberRange> dormant = gaps.stream().filter(dormancy::covers).toList();
        List<String> parts = new ArrayList<>();
        if (!awake.isEmpty()) {
            parts.add(within(awake, ordered));
        }
        if (!dormant.isEmpty()) {
            parts.add(within(dormant, ordered) + " WHERE " + anyEnded(dormancy.transactionIds()));
        }
        if (!start.gapsOnly()) {
            parts.add("(" + above + ordered + ")");
        }
        return rendered("SELECT * FROM (" + String.join(" UNION ALL ", parts) + ") x WHERE " + known + " ORDER BY "
                + RowSelection.NUMBER + " LIMIT " + rowsMax);
    }

    private String rendered(String rows) {
        return "SELECT " + selection.rendered() + " FROM (" + rows + ") y ORDER BY " + RowSelection.NUMBER;
    }

    private String within(List<NumberRange> gaps, String ordered) {
        return "SELECT o.* FROM unnest("
                + array(gaps.stream().map(NumberRange::lo).toList(), "bigint") + ", "
                + array(gaps.stream().map(NumberRange::hi).toList(), "bigint") + ") g(lo, hi) CROSS JOIN LATERAL ("
                + select() + " WHERE " + number + " BETWEEN g.lo AND g.hi" + ordered + ") o";
    }

    /** Refers to nothing of the rows around it, so the server evaluates it once, before it looks for any row. */
    private static String anyEnded(List<Long> transactionIds) {
        return "(SELECT bool_or(pg_visible_in_snapshot(i, pg_current_snapshot())) FROM unnest("
                + array(transactionIds, "xid8") + ") i)";
    }

    /**
     * Who may still bring a row. Columns: whether table and sequence are still those that were inspected, the sequence's last
     * number, then for every lock its virtual transaction, whether that is prepared, and, where what is locked is not the
     * sequence or the table but a transaction's own id, the lower half of that id and the next one that will be given out;
     * one row with nulls when there is no lock.
     *
     * @param tree the oids of the table and all its partitions
     */
    String holders(List<Long> tree) {
        return "SELECT q.same, q.drawn, l.virtualtransaction, l.pid IS NULL, l.transactionid::text::bigint, q.next_id FROM (SELECT "
                + LAST_DRAWN
                + " AS drawn, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_id, tableoid = "
                + required(table.sequence()).oid() + " AND to_regclass("
                + Identifiers.literal(table.identity().quotedName())
                + ") = " + table.identity().oid() + " AND " + notRestarted() + " AS same FROM " + sequence
                + ") q LEFT JOIN pg_locks l"
                + " ON (l.locktype = 'relation' AND l.relation IN ("
                + required(table.sequence()).oid() + ", "
                + tree.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")"
                + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                + " AND l.mode = 'RowExclusiveLock' OR l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock')"
                + " AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid() WHERE " + guard;
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

    /**
     * Where rows are kept, a condition that numbers mean what they meant: evaluated once, within the statement whose rows they name.
     * A page of other numbers is an error, not an empty one, after which gaps would be given up.
     */
    private String knownNumbers(long top) {
        return !keeping
                ? ""
                : " AND CASE WHEN (SELECT " + LAST_DRAWN + " FROM " + sequence + " WHERE " + notRestarted() + ") >= '"
                        + top + "'::bigint THEN true ELSE current_setting('" + UNKNOWN_NUMBERS + "')::boolean END";
    }

    /**
     * Where the sequence went back, other rows stand under the numbers that were read: then nothing is deleted. In a subquery, so
     * that it is asked once and not for every row.
     */
    String notGoneBack() {
        return "(SELECT " + LAST_DRAWN + " FROM " + sequence + " WHERE " + notRestarted() + ") >= (?::bigint[])[1]";
    }

    /** TRUNCATE ... RESTART IDENTITY and ALTER SEQUENCE ... RESTART store it anew; its last number may be as high again by now. */
    private String notRestarted() {
        OutboxTable.Sequence known = required(table.sequence());
        return "pg_relation_filenode(" + known.oid() + ") = " + known.filenode();
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

    private static String array(List<Long> numbers, String type) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "'{", "}'::" + type + "[]"));
    }

    private static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("reading by sequence without a sequence");
        }
        return part;
    }
}
