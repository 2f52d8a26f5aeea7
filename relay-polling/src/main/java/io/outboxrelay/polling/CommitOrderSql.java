package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.OutboxTable.Column;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The statements of reading by commit timestamp. Where COPY allows no parameters, only numbers and names that the server itself
 * quoted enter the text. Every statement carries the session's guard. Immutable.
 */
final class CommitOrderSql {

    private final String name;
    private final String number;
    private final String id;
    private final RowSelection selection;
    private final String guard;

    CommitOrderSql(OutboxTable table, String guard, boolean timed) {
        Column sequence = table.columns().sequence();
        if (sequence == null) {
            throw new IllegalStateException("reading by commit timestamp without numbers");
        }
        this.name = table.identity().quotedName();
        this.number = "t." + sequence.quotedName();
        this.id = "t." + table.columns().id().quotedName();
        this.selection = new RowSelection(table.columns(), timed);
        this.guard = guard;
    }

    /**
     * The number {@code n} and the commit timestamp {@code ts} of every visible row, in no order. The condition on the number holds
     * for all; it leads the planner to the number's index, which is short again soon after rows were deleted, as the table is not.
     */
    String visible() {
        return "SELECT " + number + " AS n, pg_catalog.pg_xact_commit_timestamp(t.xmin) AS ts FROM " + name
                + " t WHERE " + number + " >= '" + Long.MIN_VALUE + "'::bigint AND " + guard;
    }

    /** Which transactions have ended, as text: as long as it is the same, a statement sees the same rows. */
    String snapshot() {
        return "SELECT pg_catalog.pg_current_snapshot()::text WHERE " + guard;
    }

    /** The rows with these numbers, in the order of the numbers, for COPY. They are rendered one by one as they are streamed. */
    String page(long[] numbers) {
        String list = Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(","));
        return "SELECT " + selection.rendered() + " FROM (SELECT o.*, g.p FROM unnest('{" + list
                + "}'::bigint[]) WITH ORDINALITY g(k, p) CROSS JOIN LATERAL (SELECT "
                + selection.raw("t", number) + " FROM " + name + " t WHERE " + number + " = g.k OFFSET 0) o WHERE "
                + guard + " ORDER BY g.p OFFSET 0) y ORDER BY p";
    }

    /** What the server's clock shows, in microseconds. */
    String clock() {
        return "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint WHERE " + guard;
    }

    /** Deletes rows by number and id. Parameters: the numbers and the ids, both as arrays of text. */
    String delete() {
        return "DELETE FROM " + name + " t USING unnest((?::text[])::bigint[], ?::text[]) g(n, i) WHERE " + number
                + " = g.n AND " + id + "::text = g.i AND " + guard;
    }
}
