package io.outboxrelay.polling;

import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.outbox.OutboxRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks for rows that wait, over one connection, beside a source or in its absence. Most looks begin at what was found last; every now
 * and then one looks again wherever rows can be, for such as became visible late. Used by the thread {@code relay-housekeeping} only.
 */
final class PendingLook {

    private static final String SETTINGS =
            "SET row_security = off; SET statement_timeout = '1s'; SET lock_timeout = '200ms';"
                    + " SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0;"
                    + " SET default_transaction_read_only = on; SET idle_in_transaction_session_timeout = '60s'";

    private static final long WIDE_INTERVAL_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int WIDE_REST_FACTOR = 200;

    private final Connection connection;
    private final Pending pending;
    private final PendingSql sql;
    private final String schema;

    private PendingLook(Connection connection, Pending pending, PendingSql sql, String schema) {
        this.connection = connection;
        this.pending = pending;
        this.sql = sql;
        this.schema = schema;
    }

    /**
     * Makes a session fit for looks.
     *
     * @param connection autocommit on; closed by the caller
     * @return null when there is no such table
     */
    static @Nullable PendingLook open(Connection connection, PollingSettings.Outbox outbox, Pending pending)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS);
        }
        try (PreparedStatement statement = connection.prepareStatement(PendingSql.resolve())) {
            statement.setString(1, TableName.parse(outbox.table()).quoted());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new PendingLook(
                                connection,
                                pending,
                                new PendingSql(outbox, row.getString(1), row.getBoolean(3)),
                                row.getString(2))
                        : null;
            }
        }
    }

    private record Waiting(String key, @Nullable Long committedMicros) {}

    /** What one look tells the next. Used by one thread. */
    static final class Seen {
        private boolean lookedWidely;
        private long wideAtNanos;
        private long from = Long.MIN_VALUE;

        /** When the last look began that saw everything that was visible, or {@link OutboxRecord#COMMIT_UNKNOWN}. */
        private long sawAllNanos = OutboxRecord.COMMIT_UNKNOWN;

        /** When the last look began that saw everything from {@link #from} on, or {@link OutboxRecord#COMMIT_UNKNOWN}. */
        private long sawFromNanos = OutboxRecord.COMMIT_UNKNOWN;

        /** As of when the last look told something. */
        private long toldNanos;

        /** Since when, at the earliest, the rows of the last look have been waiting. */
        private Map<String, Long> since = Map.of();

        /** The numbering began anew, below the places that were known: rows can be anywhere. */
        private void forget() {
            lookedWidely = false;
            from = Long.MIN_VALUE;
            forgetRows();
        }

        private void forgetRows() {
            sawAllNanos = OutboxRecord.COMMIT_UNKNOWN;
            sawFromNanos = OutboxRecord.COMMIT_UNKNOWN;
            since = Map.of();
        }
    }

    /** One look. What was found is told, unless a source has told something since. */
    void look(Seen seen) throws SQLException {
        Outlook before = pending.current();
        if (before.asOfNanos() != seen.toldNanos) {
            // A source has read meanwhile, and knows better.
            seen.forgetRows();
        }
        long askedNanos = System.nanoTime();
        long clockMicros;
        Long lastDrawn;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PendingSql.standing(pending.sequence()))) {
            row.next();
            clockMicros = row.getLong(1);
            long drawn = row.getLong(2);
            lastDrawn = row.wasNull() ? null : drawn;
        }
        if (lastDrawn != null) {
            pending.drawn().sample(lastDrawn, askedNanos);
            if (lastDrawn < pending.places().from() - 1 || lastDrawn < seen.from - 1) {
                pending.places(Pending.Places.EVERYWHERE);
                seen.forget();
            }
        }
        boolean wide = !seen.lookedWidely || askedNanos - seen.wideAtNanos >= 0;
        List<Waiting> found = rows(wide, seen.from);
        Moment at = new Moment(clockMicros, askedNanos);
        Outlook after = found.isEmpty()
                ? Outlook.nothingWaits(at.nanos())
                : waiting(found, oldest(found, before, seen), lastDrawn, at);
        seen.from = next(found, lastDrawn, seen.from);
        seen.sawFromNanos = found.size() < PendingSql.ROWS_MAX ? askedNanos : OutboxRecord.COMMIT_UNKNOWN;
        if (wide) {
            seen.lookedWidely = true;
            // What becomes visible late, with a low number, only a wide look sees: as often as it costs little.
            seen.wideAtNanos = System.nanoTime()
                    + Math.min(WIDE_INTERVAL_NANOS, WIDE_REST_FACTOR * (System.nanoTime() - askedNanos));
            if (found.size() < PendingSql.ROWS_MAX) {
                seen.sawAllNanos = askedNanos;
            }
        }
        seen.toldNanos = after.asOfNanos();
        pending.found(before, after);
    }

    /** What the server's clock showed, not before {@code nanos} by this process's. */
    private record Moment(long micros, long nanos) {}

    private List<Waiting> rows(boolean wide, long from) throws SQLException {
        Pending.Places places = pending.places();
        String query = wide ? sql.first(places.gaps(), places.from(), schema) : sql.first(List.of(), from, schema);
        List<Waiting> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                long micros = rows.getLong(2);
                Long committedMicros = rows.wasNull() ? null : micros;
                found.add(new Waiting(rows.getString(1), committedMicros));
            }
        }
        return found;
    }

    /** From where the next narrow look begins. */
    private long next(List<Waiting> found, @Nullable Long lastDrawn, long before) {
        if (found.isEmpty()) {
            return lastDrawn == null ? Long.MIN_VALUE : lastDrawn + 1;
        }
        return sql.isNumbered() ? Long.parseLong(found.get(0).key()) : before;
    }

    /** Since when, at the earliest, the first of the rows has been waiting that wait; never too late. */
    private long oldest(List<Waiting> found, Outlook before, Seen seen) {
        Map<String, Long> since = new HashMap<>();
        long earliest = Long.MAX_VALUE;
        for (Waiting row : found) {
            long known = seen.since.getOrDefault(row.key(), notSeen(row, before, seen));
            if (sql.isNumbered()) {
                long notDrawn = pending.drawn().notBefore(Long.parseLong(row.key()));
                known = notDrawn != OutboxRecord.COMMIT_UNKNOWN && notDrawn - known > 0 ? notDrawn : known;
            }
            since.put(row.key(), known);
            earliest = earliest == Long.MAX_VALUE || known - earliest < 0 ? known : earliest;
        }
        seen.since = since;
        return earliest;
    }

    /** When a row was not there yet that the last look has not seen. */
    private long notSeen(Waiting row, Outlook before, Seen seen) {
        if (row.key().equals(before.oldest())) {
            return before.sinceNanos();
        }
        boolean isAbove = sql.isNumbered() && Long.parseLong(row.key()) >= seen.from;
        long saw = isAbove && seen.sawFromNanos != OutboxRecord.COMMIT_UNKNOWN ? seen.sawFromNanos : seen.sawAllNanos;
        return saw == OutboxRecord.COMMIT_UNKNOWN ? before.sinceNanos() : saw;
    }

    private Outlook waiting(List<Waiting> found, long oldestNanos, @Nullable Long lastDrawn, Moment at) {
        String first = found.get(0).key();
        long rows = found.size();
        if (sql.isNumbered() && lastDrawn != null) {
            rows = Math.max(rows, lastDrawn - Long.parseLong(first) + 1);
        }
        long since = oldestNanos;
        if (found.stream().allMatch(row -> row.committedMicros() != null)) {
            long exact = found.stream()
                    .map(Waiting::committedMicros)
                    .mapToLong(micros ->
                            at.nanos() - Math.max(0, at.micros() - Objects.requireNonNull(micros)) * NANOS_PER_MICRO)
                    .min()
                    .orElse(since);
            // Behind as many rows as a look takes, one may stand that was committed before all of these.
            since = found.size() < PendingSql.ROWS_MAX || exact - since < 0 ? exact : since;
        }
        return new Outlook(true, since, at.nanos(), rows, first);
    }
}
