package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.polling.PollingSettings.Reading;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads by sequence number: the gaps and the frontier with one statement, so that rows come in the order in which their numbers
 * were drawn whenever that order matters, and none is passed over however late it commits. {@link Frontier} and
 * {@link GapSettling} say how; this class brings them together with SQL. Used by the source's thread only.
 */
final class SequenceReader implements TableReader {

    private static final long ASK_SHORTEST_NANOS = 20_000_000;
    private static final long ASK_LONGEST_NANOS = 100_000_000;

    private final PollingSession session;
    private final Reading reading;
    private final SequenceSql sql;
    private final LockHolders holders;
    private final ReadingProgress progress;
    private final Retention retention;
    private final PageCopy copy;
    private final PollingCounters counters;
    private final PageSize pageSize;

    private long askAtNanos;
    private long askWaitNanos = ASK_SHORTEST_NANOS;
    private long sweepAtNanos;
    private boolean readToTheEnd;

    private SequenceReader(
            PollingSession session, Reading reading, Parts parts, PollingCounters counters, long nowNanos) {
        this.session = session;
        this.reading = reading;
        this.sql = parts.sql();
        this.holders = parts.holders();
        this.progress = parts.progress();
        this.retention = parts.retention();
        this.copy = PageCopy.of(session);
        this.counters = counters;
        this.pageSize = new PageSize(reading.pageRowsMax(), reading.pageBytesMax());
        this.askAtNanos = nowNanos;
        this.sweepAtNanos = nowNanos + Sweep.PAUSE_LONGEST_NANOS;
    }

    /** What reading, settling gaps and what becomes of rows have in common. */
    private record Parts(SequenceSql sql, LockHolders holders, ReadingProgress progress, Retention retention) {}

    /** A reader that begins below every row that stands, and removes the rows that are published. */
    static SequenceReader removing(
            PollingSession session, Reading reading, ReaderRules rules, PollingCounters counters, RowRemoval removal)
            throws SQLException {
        SequenceSql sql = SequenceSql.of(session);
        LockHolders holders = new LockHolders(session, sql);
        ReadingProgress progress = new ReadingProgress(rules);
        Retention retention = new RemovingRetention(
                progress,
                sql,
                holders,
                new RemovingRetention.Removed(removal, new MissingRows(session.table(), counters)),
                new Sweep(session, sql, counters));
        return new SequenceReader(
                session, reading, new Parts(sql, holders, progress, retention), counters, System.nanoTime());
    }

    /**
     * A reader that begins where the last one got to, and leaves rows as they are.
     *
     * @throws io.outboxrelay.failure.RelayException see {@link StateClaim#make}
     */
    static SequenceReader keeping(
            PollingSession session, OutboxTable.Kept kept, Reading reading, ReaderRules rules, SessionLineage lineage)
            throws SQLException {
        SequenceSql sql = SequenceSql.of(session);
        StateClaim.Claimed state =
                StateClaim.make(session, new StateSql(kept.stateTable(), session.guard(), sql.notGoneBack()), lineage);
        LockHolders holders = new LockHolders(session, sql, state.row());
        ReadingProgress progress = new ReadingProgress(rules, state.extent(), KeepingRetention.GAPS_MAX);
        Retention retention = new KeepingRetention(progress, state.row(), holders, state.extent());
        return new SequenceReader(
                session, reading, new Parts(sql, holders, progress, retention), lineage.counters(), System.nanoTime());
    }

    @Override
    public Page read() throws SQLException {
        long beganNanos = System.nanoTime();
        long notBeforeNanos = progress.sawAllNanos();
        // Taken before the read: what is settled now, this read sees.
        ReadStart start = progress.startRead();
        int rowsMax = pageSize.rows();
        RowPage page = page(start, rowsMax);
        pageSize.met(page.largestBytes());
        counters.read(page.rows().size());
        page.rows().forEach(row -> progress.read(row.number()));
        ReadExtent extent = ReadExtent.of(page, rowsMax);
        progress.readEnded(start, extent, beganNanos);
        counters.gaps(progress.frontier().gapCount());
        if (extent.exhausted() && !readToTheEnd) {
            readToTheEnd = true;
            sweepAtNanos = Math.min(sweepAtNanos, System.nanoTime());
        }
        return new Page(
                page.rows(),
                !extent.exhausted(),
                new Seen(notBeforeNanos, progress.sawAllNanos(), true),
                start.gapsOnly() ? crowd() : null);
    }

    private RowPage page(ReadStart start, int rowsMax) throws SQLException {
        try {
            return copy.read(sql.page(progress.frontier(), start, rowsMax), reading.pageBytesMax());
        } catch (SQLException e) {
            if (String.valueOf(e.getMessage()).contains(TableFiles.REWRITTEN)) {
                throw new RelayException(
                        FailureKind.TRANSIENT,
                        "table " + session.table().identity().quotedName()
                                + " was written anew, as by ALTER TABLE, VACUUM FULL or TRUNCATE, or lost a partition",
                        "nothing; the relay starts over with a new session");
            }
            if (String.valueOf(e.getMessage()).contains(SequenceSql.UNKNOWN_NUMBERS)) {
                // It says better what is wrong.
                holders.numbersUnknown(progress.frontier().top());
            }
            throw e;
        }
    }

    @Override
    public long settleOldest(int count) throws SQLException {
        return retention.settleOldest(count);
    }

    @Override
    public boolean tend(long nowNanos) throws SQLException {
        if (progress.needsLook() && nowNanos - askAtNanos >= 0) {
            settle(nowNanos);
        }
        boolean sweeps = nowNanos - sweepAtNanos >= 0;
        if (sweeps) {
            // Before the statements: one that an application's lock holds up is not to be tried at once again.
            sweepAtNanos = nowNanos + Sweep.PAUSE_LONGEST_NANOS;
            if (retention.isSweepAtStart()) {
                holders.ask(progress.frontier().top());
                holders.watch(tree());
            }
            sweepAtNanos = System.nanoTime() + retention.sweep();
            counters.pending().places(progress.places());
        }
        return sweeps && retention.isStale();
    }

    @Override
    public long tendAtNanos() {
        return progress.needsLook() && askAtNanos - sweepAtNanos < 0 ? askAtNanos : sweepAtNanos;
    }

    private SourceWatch.Obstacle crowd() {
        return new SourceWatch.Obstacle(
                "nothing above number " + progress.frontier().top() + " is read from "
                        + session.table().identity().quotedName(),
                progress.frontier().gapCount()
                        + " stretches of numbers below it are missing, which transactions that are still open may bring",
                "end those that have been open for longest: SELECT pid, xact_start, state, query FROM pg_stat_activity"
                        + " ORDER BY xact_start, or SELECT * FROM pg_prepared_xacts; the relay goes on by itself");
    }

    private void settle(long nowNanos) throws SQLException {
        askAtNanos = nowNanos + ASK_LONGEST_NANOS;
        boolean more = progress.looked(holders.ask(progress.frontier().top()));
        askWaitNanos = more ? ASK_SHORTEST_NANOS : Math.min(ASK_LONGEST_NANOS, 2 * askWaitNanos);
        askAtNanos = nowNanos + askWaitNanos;
    }

    private List<Long> tree() throws SQLException {
        OutboxTable.Identity table = session.table().identity();
        List<Long> oids = new ArrayList<>();
        try (PreparedStatement statement = session.connection()
                        .prepareStatement("WITH RECURSIVE tree(oid) AS (SELECT " + table.oid()
                                + "::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)"
                                + " SELECT oid::bigint FROM tree");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                oids.add(rows.getLong(1));
            }
        }
        return oids;
    }
}
