package io.outboxrelay.polling;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.jdbc.TableName;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statements by which rows that wait are looked for beside a source. Each reads a bounded number of rows, by an index, and takes no
 * lock that anybody waits for. They need no privilege that reading the outbox does not need. Immutable.
 */
final class PendingSql {

    /** Few, and still enough to find the oldest among the first by their numbers, whose transactions may have ended in another order. */
    static final int ROWS_MAX = 100;

    private static final int GAPS_MAX = 256;

    private final PollingSettings.Outbox outbox;
    private final String table;
    private final boolean timed;

    /**
     * Statements about one table.
     *
     * @param table its quoted name, with schema
     * @param timed whether the server notes when transactions commit
     */
    PendingSql(PollingSettings.Outbox outbox, String table, boolean timed) {
        this.outbox = outbox;
        this.table = table;
        this.timed = timed;
    }

    /** What the outbox's table is called with its schema, and whether commits are timed. Parameter: the name as in SQL text. */
    static String resolve() {
        return "SELECT format('%I.%I', n.nspname, c.relname), quote_ident(n.nspname), current_setting('track_commit_timestamp')::boolean"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(?)";
    }

    /** What the server's clock shows, and the last number of the sequence, null where it is not known. */
    static String standing(@Nullable String sequence) {
        return "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, "
                + (sequence == null
                        ? "NULL::bigint"
                        : "(SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM " + sequence + ")");
    }

    /** Whether any of the rows that wait can be told by a number. */
    boolean isNumbered() {
        return outbox.order().needsNumber();
    }

    /**
     * The first rows that wait: number or id as text, and when they were committed, in microseconds since 1970, where that is known.
     *
     * @param gaps where rows may stand below {@code from}
     * @param from the number from which on all rows wait that stand; not looked at without numbers, or where rows are kept
     * @param schema the table's schema, quoted
     */
    String first(List<NumberRange> gaps, long from, String schema) {
        if (outbox.retention() instanceof OutboxRetention.Keep keep) {
            return kept(stateTable(keep, schema));
        }
        if (outbox.order() == OutboxOrder.NONE) {
            return rows("true", "t." + Identifiers.quote(outbox.columns().id()));
        }
        // Beyond so many gaps everything is looked at: what is settled is gone.
        long begin = gaps.size() > GAPS_MAX ? Math.min(from, gaps.get(GAPS_MAX).lo()) : from;
        String above = "(" + rows(number() + " >= '" + begin + "'::bigint", number()) + ")";
        if (gaps.isEmpty()) {
            return above;
        }
        List<NumberRange> looked = gaps.stream().limit(GAPS_MAX).toList();
        return "(SELECT o.* FROM unnest("
                + array(looked.stream().map(NumberRange::lo).toList()) + ", "
                + array(looked.stream().map(NumberRange::hi).toList())
                + ") g(lo, hi) CROSS JOIN LATERAL ("
                + rows(number() + " BETWEEN g.lo AND g.hi", number()) + ") o LIMIT " + ROWS_MAX + ") UNION ALL "
                + above;
    }

    private String kept(String stateTable) {
        String state = "(SELECT top, gaps_lo, gaps_hi FROM " + stateTable + " WHERE outbox = "
                + Identifiers.literal(table) + ")";
        return "(SELECT o.* FROM " + state
                + " s CROSS JOIN LATERAL unnest(s.gaps_lo, s.gaps_hi) g(lo, hi) CROSS JOIN LATERAL ("
                + rows(number() + " BETWEEN g.lo AND g.hi", number())
                + ") o LIMIT " + ROWS_MAX + ") UNION ALL ("
                + rows(
                        number() + " > coalesce((SELECT top FROM " + state + " s), '" + Long.MIN_VALUE + "'::bigint)",
                        number())
                + ")";
    }

    private static String stateTable(OutboxRetention.Keep keep, String schema) {
        TableName name = TableName.parse(keep.stateTable() == null ? "outbox_relay_state" : keep.stateTable());
        return name.schema() == null ? schema + "." + Identifiers.quote(name.table()) : name.quoted();
    }

    private String rows(String condition, String by) {
        String committed =
                timed ? "(extract(epoch FROM pg_xact_commit_timestamp(t.xmin)) * 1000000)::bigint" : "NULL::bigint";
        return "SELECT " + by + "::text, " + committed + " FROM " + table + " t WHERE " + condition + " AND " + by
                + " IS NOT NULL ORDER BY " + by + " LIMIT " + ROWS_MAX;
    }

    private String number() {
        return "t." + Identifiers.quote(String.valueOf(outbox.columns().sequence()));
    }

    private static String array(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "'{", "}'::bigint[]"));
    }
}
