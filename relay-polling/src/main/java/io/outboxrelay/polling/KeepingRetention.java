package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.SQLException;

/**
 * Published rows stay as they are; how far publishing got is stored instead, and the next session goes on from there. Gaps never
 * grow together here: what lies between them stands, and would be published again. Used by the source's thread only.
 */
final class KeepingRetention implements Retention {

    /** A read looks into each, some 7 microseconds long, and each is 16 bytes of every state that is stored. */
    static final int GAPS_MAX = 20_000;

    /**
     * So that about 1 MB of gaps is stored in a second: while somebody's transaction is open, no version of the row can be removed, nor
     * what it wrote to the log beside.
     */
    private static final long PAUSE_NANOS_PER_GAP = 16_000;

    /** A stop waits for what is settled to be stored. */
    private static final long PAUSE_LONGEST_NANOS = 500_000_000;

    private final ReadingProgress progress;
    private final StateRow row;
    private final LockHolders holders;
    private PublishedExtent stored;

    /** @param stored how far publishing got when the session began */
    KeepingRetention(ReadingProgress progress, StateRow row, LockHolders holders, PublishedExtent stored) {
        this.progress = progress;
        this.row = row;
        this.holders = holders;
        this.stored = stored;
    }

    @Override
    public long settleOldest(int count) throws SQLException {
        store(progress.extentAfter(stored, count));
        progress.settledOldest(count);
        return Math.min(PAUSE_LONGEST_NANOS, stored.gaps().size() * PAUSE_NANOS_PER_GAP);
    }

    private void store(PublishedExtent extent) throws SQLException {
        long top = progress.frontier().top();
        if (!row.store(extent, top)) {
            // Somebody has changed the row; or the sequence went back, which is noted even where it is mended by now.
            boolean noted = row.distrust();
            holders.ask(top);
            if (!noted) {
                row.check();
            }
            throw new RelayException(
                    FailureKind.TRANSIENT,
                    "how far publishing got could not be stored, as numbers went back, which they do no longer",
                    "nothing; the relay starts over with a new session");
        }
        stored = extent;
    }

    /** There is no sweep, so what goes before each of them is due every time. */
    @Override
    public boolean isSweepAtStart() {
        return true;
    }

    /**
     * A row that stands where none could appear any more looks like all those that are published. Instead the state is looked
     * after: nobody else has touched it, and gaps that were given up since leave it even when nothing is published.
     */
    @Override
    public long sweep() throws SQLException {
        row.check();
        return Sweep.PAUSE_LONGEST_NANOS;
    }

    /** Not for {@link #sweep} to store: whoever refuses that is in the way of settling, and of nothing else. */
    @Override
    public boolean isStale() {
        return !progress.extentAfter(stored, 0).equals(stored);
    }
}
