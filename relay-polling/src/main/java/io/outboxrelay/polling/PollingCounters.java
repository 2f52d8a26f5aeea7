package io.outboxrelay.polling;

import io.outboxrelay.source.SourceFigures;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts over all sessions of a relay's life, and what is so at the moment. May be read from any thread; counters only rise. */
public final class PollingCounters implements SourceFigures {

    private final LongAdder rowsRead = new LongAdder();
    private final LongAdder rowsDeleted = new LongAdder();
    private final LongAdder sweptRows = new LongAdder();
    private final LongAdder missingDeletes = new LongAdder();
    private final LongAdder untimedRows = new LongAdder();
    private final LongAdder clocksSetBack = new LongAdder();
    private final Pending pending = new Pending();
    private volatile int gaps;
    private volatile boolean knowsCommitTimes;
    private final AtomicReference<@Nullable Boolean> hearing = new AtomicReference<>();
    private final SourceTurns turns = new SourceTurns();

    @Override
    public long nanosSinceTurn(long nowNanos) {
        return turns.nanosSince(nowNanos);
    }

    @Override
    public long oldestPendingNanos(long nowNanos) {
        return pending.oldestNanos(nowNanos);
    }

    @Override
    public Levels levels() {
        return new Levels(pending.rows(), gaps, knowsCommitTimes, 0);
    }

    /** Whether the source's thread gets on. */
    public SourceTurns turns() {
        return turns;
    }

    /** Rows handed on to be published, those included that a later session read again. */
    public long rowsRead() {
        return rowsRead.sum();
    }

    /** Rows deleted after they were published. */
    public long rowsDeleted() {
        return rowsDeleted.sum();
    }

    /**
     * Rows that stood where, by all that the reader knows of PostgreSQL's locks, none could appear any more. They are published,
     * but maybe late and out of order: an alarm. 0 in a healthy installation.
     */
    public long sweptRows() {
        return sweptRows.sum();
    }

    /**
     * Rows without a commit timestamp that were read with {@code order: commit-timestamp}, whose order among each other is not known.
     * 0 in a healthy installation, but for what stood in the table when it was switched on.
     */
    public long untimedRows() {
        return untimedRows.sum();
    }

    /** How often the server's clock was set back, as far as that was noticed, with {@code order: commit-timestamp}. */
    public long clocksSetBack() {
        return clocksSetBack.sum();
    }

    /** Published rows that were already gone when the relay went to delete them: somebody else deletes. 0 in a healthy installation. */
    public long missingDeletes() {
        return missingDeletes.sum();
    }

    /** What waits in the outbox. */
    public Pending pending() {
        return pending;
    }

    /** Stretches of sequence numbers that may still appear below the highest one read; 0 while no session reads by sequence. */
    public int gaps() {
        return gaps;
    }

    /**
     * Whether the server noted when transactions committed ({@code track_commit_timestamp}) when it was asked last; only then are the
     * times of {@link io.outboxrelay.outbox.OutboxRecord#committedNanos} exact.
     */
    public boolean knowsCommitTimes() {
        return knowsCommitTimes;
    }

    /** Whether notifications of the application were heard when the listening connection last changed; false where none is to be made. */
    public boolean isHearing() {
        return Boolean.TRUE.equals(hearing.get());
    }

    /** Notes whether notifications are heard; returns whether that is news. */
    boolean hears(boolean now) {
        return !Boolean.valueOf(now).equals(hearing.getAndSet(now));
    }

    void knowsCommitTimes(boolean now) {
        knowsCommitTimes = now;
    }

    void gaps(int now) {
        if (gaps != now) {
            gaps = now;
        }
    }

    void read(int rows) {
        rowsRead.add(rows);
    }

    void deleted(int rows) {
        rowsDeleted.add(rows);
    }

    void swept(int rows) {
        sweptRows.add(rows);
    }

    void untimed(int rows) {
        untimedRows.add(rows);
    }

    void clockSetBack() {
        clocksSetBack.increment();
    }

    void missing(int rows) {
        missingDeletes.add(rows);
    }
}
