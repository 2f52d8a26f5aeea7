package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Check;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What an operator should know of the database beside whether a relay would start: who keeps dead rows from being removed, what
 * they cost, on what the order rests, whether a relay is at work. Changes nothing. Used by the thread of the connection.
 */
public final class PostgresAdvice {

    /** Reading the head of a table that is in order takes fewer than ten pages. */
    private static final int HEAD_PAGES_MAX = 1_000;

    private static final String TOOK_TOO_LONG = "57014";

    private static final Duration CLOCKS_APART_MAX = Duration.ofSeconds(2);

    private static final Pattern READ = Pattern.compile("\\b(?:hit|read)=(\\d+)");

    private final Catalog catalog;
    private final Clock clock;

    /** @param clock this machine's */
    public PostgresAdvice(Connection connection, Clock clock) {
        this.catalog = new Catalog(connection);
        this.clock = clock;
    }

    /** What can be said without a table: what holds the horizon, and how far clocks are apart. */
    public List<Check> ofServer() throws SQLException {
        List<Check> checks = new ArrayList<>();
        checks.add(new HorizonCheck(catalog).check());
        checks.add(clock());
        return checks;
    }

    /** What can be said of a sound table. */
    public List<Check> ofTable(OutboxTable table, OutboxOrder order) throws SQLException {
        return List.of(writerOrder(order), head(table), relayAtWork(table));
    }

    private Check clock() throws SQLException {
        Instant before = clock.instant();
        long there = Objects.requireNonNull(
                catalog.first("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", row -> row.getLong(1)));
        Instant after = clock.instant();
        Duration ahead = Duration.between(after, Instant.ofEpochMilli(there));
        Duration behind = Duration.between(Instant.ofEpochMilli(there), before);
        Duration apart = ahead.compareTo(behind) > 0 ? ahead : behind;
        return apart.compareTo(CLOCKS_APART_MAX) > 0
                ? Check.warn(
                        "database clock",
                        "it is " + apart.toSeconds() + " s " + (apart.equals(ahead) ? "ahead of" : "behind")
                                + " this machine's: times from commit to publication are wrong by that",
                        "synchronise both by NTP, for instance by chronyd")
                : Check.ok("database clock", "within " + CLOCKS_APART_MAX.toSeconds() + " s of this machine's");
    }

    private Check writerOrder(OutboxOrder order) throws SQLException {
        return switch (order) {
            case SEQUENCE ->
                Check.ok(
                        "writers",
                        "must lock what an event is about before they insert it (UPDATE, SELECT FOR UPDATE): this does not show"
                                + " from here. If an ORM inserts first, set outbox.order=commit-timestamp"
                                + (catalog.holds("SELECT current_setting('track_commit_timestamp')::boolean")
                                        ? ", for which the server is ready"
                                        : ", which takes track_commit_timestamp = on at the server"));
            case COMMIT_TIMESTAMP ->
                Check.ok(
                        "writers", "must lock what an event is about before they commit: this does not show from here");
            case NONE ->
                Check.warn(
                        "writers",
                        "with outbox.order=none events of one key are published in any order",
                        "set outbox.order=sequence or commit-timestamp, if consumers rely on an order");
        };
    }

    private Check head(OutboxTable table) throws SQLException {
        String column = table.columns().sequence() == null
                ? table.columns().id().quotedName()
                : table.columns().sequence().quotedName();
        String name = table.identity().quotedName();
        List<String> plan;
        try {
            plan = catalog.list(
                    "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF, FORMAT TEXT) SELECT " + column + " FROM " + name
                            + " ORDER BY " + column + " LIMIT 1",
                    row -> row.getString(1));
        } catch (SQLException e) {
            if (!TOOK_TOO_LONG.equals(e.getSQLState())) {
                throw e;
            }
            return Check.warn(
                    "dead rows",
                    "the first row of " + name
                            + " stands behind so many deleted ones that it was not found within seconds",
                    vacuum(name));
        }
        long pages = plan.stream()
                .filter(line -> line.strip().startsWith("Buffers:"))
                .mapToLong(PostgresAdvice::pages)
                .max()
                .orElse(0);
        return pages > HEAD_PAGES_MAX
                ? Check.warn(
                        "dead rows",
                        "the first row of " + name + " stands behind " + pages
                                + " pages of deleted ones, which a start reads",
                        vacuum(name))
                : Check.ok("dead rows", "none to speak of before the first row");
    }

    private static String vacuum(String name) {
        return "VACUUM " + name + " -- as its owner; it removes what no open transaction may still see";
    }

    /** Of a line like {@code Buffers: shared hit=12 read=3 dirtied=1}. */
    private static long pages(String line) {
        return READ.matcher(line)
                .results()
                .mapToLong(read -> Long.parseLong(read.group(1)))
                .sum();
    }

    private Check relayAtWork(OutboxTable table) throws SQLException {
        String holder = catalog.first(
                ReaderLock.HOLDER,
                row -> "one reads this outbox, from " + row.getString(2) + " in database session " + row.getInt(1)
                        + "; another one would stand by",
                table.identity().oid());
        return Check.ok("relay", holder == null ? "none reads this outbox now" : holder);
    }
}
