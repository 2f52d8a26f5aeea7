package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * Tells {@link Pending} what one session reads and settles: since when, and how many. Rows that were read and not settled are known one
 * by one; of those that were not read yet it is known only when they were not there yet. Used by the source's thread only.
 */
final class PendingReport {

    private static final long LOOK_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private final Pending pending;
    private final PollingSession session;
    private final StandingSince standing = new StandingSince();

    /** No row that the session finds was committed before. */
    private final long foundSinceNanos;

    private long sawAllNanos = OutboxRecord.COMMIT_UNKNOWN;
    private long unreadSinceNanos;
    private boolean leftSome;
    private long highestRead = Long.MIN_VALUE;
    private long lastDrawn = Long.MIN_VALUE;
    private long lookAtNanos;

    PendingReport(Pending pending, PollingSession session, long nowNanos) {
        this.pending = pending;
        this.session = session;
        this.foundSinceNanos = pending.current().sinceNanos();
        this.lookAtNanos = nowNanos;
        var sequence = session.table().sequence();
        pending.reads(sequence == null ? null : sequence.quotedName());
    }

    /** The sequence was looked at. */
    void drawn(long number, long askedNanos) {
        lastDrawn = number;
        pending.drawn().sample(number, askedNanos);
    }

    /**
     * A read has ended, and its rows are handed on.
     *
     * @param beganNanos when it began
     */
    void read(TableReader.Page page, long beganNanos) {
        sawAllNanos = page.seen().allNanos();
        leftSome = page.more() || page.heldBack() != null;
        List<Row> rows = page.rows();
        unreadSinceNanos = later(sawAllNanos, foundSinceNanos);
        if (rows.isEmpty()) {
            return;
        }
        long last = rows.get(rows.size() - 1).number();
        highestRead = Math.max(highestRead, last);
        if (page.heldBack() == null && page.seen().byNumber()) {
            // What is not read yet has a higher number, or has become visible since.
            long notDrawn = pending.drawn().notBefore(last + 1);
            if (notDrawn != OutboxRecord.COMMIT_UNKNOWN) {
                unreadSinceNanos = later(unreadSinceNanos, notDrawn - beganNanos < 0 ? notDrawn : beganNanos);
            }
        }
    }

    /** When the rows of a page were committed; see {@link CommitTimes}. */
    CommitTimes times(long serverMicros, long atNanos, TableReader.Seen seen) {
        return new CommitTimes(session.timed(), serverMicros, atNanos, seen.beforeNanos(), pending.drawn());
    }

    /** A row was handed on; see {@link OutboxRecord#committedNanos}. */
    void handedOn(long ordinal, long committedNanos) {
        standing.read(ordinal, later(committedNanos, foundSinceNanos));
    }

    /** All rows up to and with this one are settled. */
    void settled(long ordinal) {
        standing.settled(ordinal);
    }

    /** When to {@link #look}; far away where that tells nothing. */
    long lookAtNanos(boolean reading, long nowNanos) {
        return reading || session.table().sequence() == null ? nowNanos + Long.MAX_VALUE / 4 : lookAtNanos;
    }

    /** Looks at the sequence: while nothing is read, else nobody could tell later how long the rows have been there that come meanwhile. */
    void look() throws SQLException {
        long askedNanos = System.nanoTime();
        lookAtNanos = askedNanos + LOOK_INTERVAL_NANOS;
        var sequence = session.table().sequence();
        if (sequence == null) {
            return;
        }
        try (Statement statement = session.connection().createStatement();
                ResultSet row = statement.executeQuery(sequence.lastDrawnSql() + " WHERE " + session.guard())) {
            row.next();
            drawn(row.getLong(1), askedNanos);
        }
    }

    /** Lets others know. */
    void tell(boolean reading, long nowNanos) {
        boolean waiting = standing.rows() > 0 || leftSome;
        if (waiting) {
            long unread = leftSome || !reading ? Math.max(0, lastDrawn - highestRead) : 0;
            long since = standing.earliest(leftSome ? unreadSinceNanos : nowNanos);
            pending.told(new Outlook(
                    true, since, nowNanos, standing.rows() + (highestRead == Long.MIN_VALUE ? 0 : unread), null));
        } else if (sawAllNanos != OutboxRecord.COMMIT_UNKNOWN) {
            pending.told(Outlook.nothingWaits(sawAllNanos));
        }
    }

    /** The session ends; what it knew stays known. */
    void ended() {
        pending.readNoMore();
    }

    private static long later(long one, long other) {
        if (one == OutboxRecord.COMMIT_UNKNOWN) {
            return other;
        }
        return other == OutboxRecord.COMMIT_UNKNOWN || one - other > 0 ? one : other;
    }
}
