package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.polling.PollingSettings.Reading;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads in the order of commit timestamps, {@code order: commit-timestamp}, for applications that insert an event before they
 * lock its aggregate: then the numbers of rows say nothing about the order in which their transactions took effect.
 *
 * <p>It reads in rounds. One statement, hence one snapshot, {@linkplain RoundListing lists} the numbers of all visible rows that
 * were not read in this session, ordered by commit timestamp, then number, and cuts the list off after that; the rows are then
 * fetched in that order, page by page, by later statements, until the list is used up. Why that keeps the order of two
 * transactions A and B of one key, B having waited for a lock that A held until its commit:
 * <ul>
 *   <li>PostgreSQL notes A's timestamp, makes A visible, then releases A's locks, in this sequence; with {@code COMMIT PREPARED}
 *       as well. So a snapshot that sees B sees A: a row that becomes visible after a round's snapshot precedes none of its key in
 *       that round, nor any row that the round's limit left for the next one.
 *   <li>Where one round has both, A's timestamp was taken before B got the lock, and B's after. Both in one microsecond would
 *       take B's waking up, locking and committing to last less than that. Rows of one transaction, its subtransactions
 *       included, have one timestamp and go by number.
 * </ul>
 * An idle outbox is not listed at all: as long as no transaction of the server has ended, nothing new is visible.
 *
 * <p>Reading on from the last timestamp instead would lose rows, since timestamps become visible out of order; fetching pages by a
 * condition, of what is visible by then, would let B overtake an A that has become visible in between.
 *
 * <p>What no reader can make up for: a server's clock that is set back between A and B while both wait to be read ({@link
 * ServerClock} notices), rows without a timestamp ({@link UntimedRows} tells), and an application that updates rows of the outbox,
 * which gives them the later timestamp. Used by the source's thread only.
 */
final class CommitOrderReader implements TableReader {

    private static final long CHECK_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    /** A round reads the whole table, dead rows included: the database gets this many times as long a rest before the next. */
    private static final int REST_FACTOR = 2;

    /**
     * Sorting a full round in memory takes this much of the server's. A list of numbers is joined by looking up each, whatever the
     * statistics say: it is short, and the table may not be.
     */
    static final String SETTINGS = "SET work_mem = '64MB'; SET enable_hashjoin = off; SET enable_mergejoin = off";

    private final Connection connection;
    private final Reading reading;
    private final CommitOrderSql sql;
    private final RoundListing listing;
    private final Removed removed;
    private final PollingCounters counters;
    private final PageCopy copy;
    private final PageSize pageSize;
    private final TableWatch table;
    private final ServerClock clock;

    private final StandingRows standing = new StandingRows();
    private Round round = Round.NONE;
    /** As of when everything that is visible was read, or null. */
    private @Nullable String readUpTo;

    /** When the listing was asked for that the round came of. */
    private long listedNanos;

    /** As of when everything that is visible was read and handed on. */
    private long sawAllNanos = OutboxRecord.COMMIT_UNKNOWN;

    private long restUntilNanos;
    private long checkAtNanos;

    private CommitOrderReader(
            PollingSession session, Reading reading, RoundListing listing, PollingCounters counters, Removed removed) {
        this.connection = session.connection();
        this.reading = reading;
        this.listing = listing;
        this.counters = counters;
        this.removed = removed;
        this.sql = new CommitOrderSql(session.table(), session.guard(), session.timed());
        this.copy = PageCopy.of(session);
        this.pageSize = new PageSize(reading.pageRowsMax(), reading.pageBytesMax());
        this.table = new TableWatch(session);
        this.clock = new ServerClock(counters);
        long now = System.nanoTime();
        this.restUntilNanos = now;
        this.checkAtNanos = now;
    }

    /** Where rows go, and how missing ones are told. */
    private record Removed(RowRemoval removal, MissingRows missing) {}

    /** Makes the session fit for rounds. */
    static CommitOrderReader open(
            PollingSession session, Reading reading, ReaderRules rules, PollingCounters counters, RowRemoval removal)
            throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute(SETTINGS);
        }
        RoundListing listing =
                new RoundListing(session, rules.rounds(), new UntimedRows(session.table(), counters)::listed);
        return new CommitOrderReader(
                session, reading, listing, counters, new Removed(removal, new MissingRows(session.table(), counters)));
    }

    @Override
    public Page read() throws SQLException {
        if (round.isEmpty()) {
            round = nextRound();
            if (round.isEmpty()) {
                return page(List.of(), false);
            }
        }
        long[] numbers = round.upcoming(pageSize.rows());
        RowPage page = copy.read(sql.page(numbers), reading.pageBytesMax());
        pageSize.met(page.largestBytes());
        counters.read(page.rows().size());
        page.rows().forEach(standing::add);
        // Numbers without a row are no matter: somebody else has deleted it since it was listed.
        round.passed(page.cut() ? placeBehind(page.rows(), numbers) : numbers.length);
        if (!round.hasMore()) {
            sawAllNanos = listedNanos;
        }
        return page(page.rows(), round.hasMore());
    }

    @Override
    public long settleOldest(int count) throws SQLException {
        // The id as well: where numbers come from anywhere, another row may stand under one that was deleted meanwhile.
        RowDelete delete =
                new RowDelete(sql.delete(), "text", List.of(standing.oldestNumbers(count), standing.oldestIds(count)));
        int rows = removed.removal().remove(List.of(delete), count);
        if (rows < count) {
            // Such a row was passed over by the rounds as one that was read.
            readUpTo = null;
        }
        removed.missing().deleted(rows, count);
        standing.forgetOldest(count);
        return 0;
    }

    @Override
    public boolean tend(long nowNanos) throws SQLException {
        checkAtNanos = nowNanos + CHECK_INTERVAL_NANOS;
        table.check();
        long askedNanos = System.nanoTime();
        long showedMicros = Long.parseLong(ask(sql.clock()));
        clock.observe(showedMicros, askedNanos, System.nanoTime());
        return false;
    }

    @Override
    public long tendAtNanos() {
        return checkAtNanos;
    }

    private Round nextRound() throws SQLException {
        long start = System.nanoTime();
        if (start - restUntilNanos < 0) {
            return Round.NONE;
        }
        // Before the listing, so that what it may not have seen makes another one.
        String snapshot = ask(sql.snapshot());
        if (snapshot.equals(readUpTo)) {
            sawAllNanos = start;
            return Round.NONE;
        }
        listedNanos = start;
        Round next = listing.list(standing.numbersAscending());
        readUpTo = next.isLimited() ? null : snapshot;
        long end = System.nanoTime();
        restUntilNanos = end + REST_FACTOR * (end - start);
        if (!next.hasMore()) {
            sawAllNanos = start;
        }
        return next;
    }

    /** Timestamps tell of each row when it was committed. */
    private Page page(List<Row> rows, boolean more) {
        return new Page(rows, more, new Seen(OutboxRecord.COMMIT_UNKNOWN, sawAllNanos, false), null);
    }

    /** The answer to a question of one row and column. */
    private String ask(String question) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private static int placeBehind(List<Row> rows, long[] numbers) {
        long last = rows.get(rows.size() - 1).number();
        int place = numbers.length;
        while (numbers[place - 1] != last) {
            place--;
        }
        return place;
    }
}
