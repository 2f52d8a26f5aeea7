package io.outboxrelay.polling;

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
    private final PageCopy copy;
    private final LockHolders holders;
    private final Sweep sweep;
    private final MissingRows missing;
    private final PollingCounters counters;

    private final ReadingProgress progress;
    private final PageSize pageSize;

    private long askAtNanos;
    private long askWaitNanos = ASK_SHORTEST_NANOS;
    private long sweepAtNanos;
    private boolean readToTheEnd;

    SequenceReader(
            PollingSession session, Reading reading, ReaderRules rules, PollingCounters counters, long nowNanos) {
        this.session = session;
        this.reading = reading;
        this.progress = new ReadingProgress(rules);
        this.sql = new SequenceSql(session.table(), session.guard());
        this.copy = new PageCopy(session.connection());
        this.holders = new LockHolders(session, sql);
        this.sweep = new Sweep(session, sql, counters);
        this.counters = counters;
        this.missing = new MissingRows(session.table(), counters);
        this.pageSize = new PageSize(reading.pageRowsMax(), reading.pageBytesMax());
        this.askAtNanos = nowNanos;
        this.sweepAtNanos = nowNanos + sweep.intervalNanos();
    }

    @Override
    public Page read() throws SQLException {
        // Taken before the read: what is settled now, this read sees.
        long settled = progress.settledUpTo();
        int rowsMax = pageSize.rows();
        RowPage page = copy.read(sql.page(progress.frontier(), rowsMax), reading.pageBytesMax());
        pageSize.met(page.largestBytes());
        counters.read(page.rows().size());
        page.rows().forEach(row -> progress.read(row.number()));
        ReadExtent extent = ReadExtent.of(page, rowsMax);
        progress.readEnded(extent, settled);
        if (extent.exhausted() && !readToTheEnd) {
            readToTheEnd = true;
            sweepAtNanos = Math.min(sweepAtNanos, System.nanoTime());
        }
        return new Page(page.rows(), !extent.exhausted());
    }

    @Override
    public void deleteOldest(int count) throws SQLException {
        DeletePlan plan = progress.planDelete(count);
        long[] top = {progress.frontier().top()};
        List<PollingSession.Delete> deletes = new ArrayList<>();
        if (!plan.ranges().isEmpty()) {
            long[] lo = plan.ranges().stream().mapToLong(NumberRange::lo).toArray();
            long[] hi = plan.ranges().stream().mapToLong(NumberRange::hi).toArray();
            deletes.add(new PollingSession.Delete(sql.deleteRanges(), "int8", List.of(lo, hi, top)));
        }
        if (plan.keys().length > 0) {
            deletes.add(new PollingSession.Delete(sql.deleteKeys(), "int8", List.of(plan.keys(), top)));
        }
        int deleted = session.delete(deletes, count);
        if (deleted < count) {
            // Either somebody else deletes, or the sequence went back, which ends the session.
            holders.ask(top[0]);
        }
        missing.deleted(deleted, count);
        progress.deletedOldest(count);
    }

    @Override
    public void tend(long nowNanos) throws SQLException {
        if (hasGaps() && nowNanos - askAtNanos >= 0) {
            settle(nowNanos);
        }
        if (nowNanos - sweepAtNanos >= 0) {
            // Before the statements: one that an application's lock holds up is not to be tried at once again.
            sweepAtNanos = nowNanos + sweep.intervalNanos();
            holders.ask(progress.frontier().top());
            holders.watch(tree());
            sweep.run(progress.frontier(), progress.standing().ascending());
            sweepAtNanos = System.nanoTime() + sweep.intervalNanos();
        }
    }

    @Override
    public long tendAtNanos() {
        return hasGaps() && askAtNanos - sweepAtNanos < 0 ? askAtNanos : sweepAtNanos;
    }

    private boolean hasGaps() {
        return progress.frontier().gapCount() > 0;
    }

    private void settle(long nowNanos) throws SQLException {
        askAtNanos = nowNanos + ASK_LONGEST_NANOS;
        boolean more = progress.holders(holders.ask(progress.frontier().top()));
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
