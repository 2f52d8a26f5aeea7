package io.outboxrelay.polling;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Published rows leave the table: a row that stands is not yet published. Rows are removed by ranges where every number of a
 * range was read, else one by one. Used by the source's thread only.
 */
final class RemovingRetention implements Retention {

    private final ReadingProgress progress;
    private final SequenceSql sql;
    private final LockHolders holders;
    private final Removed removed;
    private final Sweep sweep;

    RemovingRetention(ReadingProgress progress, SequenceSql sql, LockHolders holders, Removed removed, Sweep sweep) {
        this.progress = progress;
        this.sql = sql;
        this.holders = holders;
        this.removed = removed;
        this.sweep = sweep;
    }

    /**
     * Where rows go, and how missing ones are told.
     *
     * @param removal does it
     * @param missing counts
     */
    record Removed(RowRemoval removal, MissingRows missing) {}

    @Override
    public long settleOldest(int count) throws SQLException {
        DeletePlan plan = progress.planDelete(count);
        long[] top = {progress.frontier().top()};
        List<RowDelete> deletes = new ArrayList<>();
        if (!plan.ranges().isEmpty()) {
            long[] lo = plan.ranges().stream().mapToLong(NumberRange::lo).toArray();
            long[] hi = plan.ranges().stream().mapToLong(NumberRange::hi).toArray();
            deletes.add(new RowDelete(sql.deleteRanges(), "int8", List.of(lo, hi, top)));
        }
        if (plan.keys().length > 0) {
            deletes.add(new RowDelete(sql.deleteKeys(), "int8", List.of(plan.keys(), top)));
        }
        int rows = removed.removal().remove(deletes, count);
        if (rows < count) {
            // Either somebody else deletes, or the sequence went back, which ends the session.
            holders.ask(top[0]);
        }
        removed.missing().deleted(rows, count);
        progress.settledOldest(count);
        progress.coalesce();
        return 0;
    }

    @Override
    public boolean isSweepAtStart() {
        return sweep.isAtStart();
    }

    @Override
    public long sweep() throws SQLException {
        return sweep.run(progress);
    }

    @Override
    public boolean isStale() {
        return false;
    }
}
