package io.outboxrelay.polling;

import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private final Connection connection;
    private final Pending pending;
    private final PendingSql sql;
    private final String schema;

    private boolean lookedWidely;
    private long wideAtNanos;
    private long from = Long.MIN_VALUE;

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

    /** One look. What was found is told, unless a source has told something since. */
    void look() throws SQLException {
        Outlook before = pending.current();
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
        }
        boolean wide = !lookedWidely || askedNanos - wideAtNanos >= 0;
        List<Waiting> found = rows(wide);
        if (wide) {
            lookedWidely = true;
            wideAtNanos = askedNanos + WIDE_INTERVAL_NANOS;
        }
        Moment at = new Moment(clockMicros, askedNanos);
        pending.found(before, found.isEmpty() ? nothing(lastDrawn, at) : waiting(found, before, lastDrawn, at));
    }

    /** What the server's clock showed, not before {@code nanos} by this process's. */
    private record Moment(long micros, long nanos) {}

    private List<Waiting> rows(boolean wide) throws SQLException {
        Pending.Places places = pending.places();
        String query = wide ? sql.first(places.gaps(), places.from(), schema) : sql.first(List.of(), from, schema);
        List<Waiting> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                long micros = rows.getLong(2);
                found.add(new Waiting(rows.getString(1), rows.wasNull() ? null : micros));
            }
        }
        return found;
    }

    private Outlook nothing(@Nullable Long lastDrawn, Moment at) {
        from = lastDrawn == null ? Long.MIN_VALUE : lastDrawn + 1;
        return Outlook.nothingWaits(at.nanos());
    }

    private Outlook waiting(List<Waiting> found, Outlook before, @Nullable Long lastDrawn, Moment at) {
        String first = found.get(0).key();
        long since = before.sinceNanos();
        long rows = found.size();
        boolean sameWaits = found.stream().anyMatch(row -> row.key().equals(before.oldest()));
        if (sql.isNumbered()) {
            long number = Long.parseLong(first);
            from = number;
            rows = Math.max(rows, lastDrawn == null ? 0 : lastDrawn - number + 1);
            if (!sameWaits && pending.drawn().notBefore(number) - since > 0) {
                since = pending.drawn().notBefore(number);
            }
        }
        Long committedMicros = found.stream().allMatch(row -> row.committedMicros() != null)
                ? found.stream()
                        .map(Waiting::committedMicros)
                        .min(Long::compare)
                        .orElse(null)
                : null;
        if (committedMicros != null) {
            since = at.nanos() - Math.max(0, at.micros() - committedMicros) * NANOS_PER_MICRO;
        }
        return new Outlook(true, since, at.nanos(), rows, first);
    }
}
