package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.source.HandOff;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the source's thread does over and over: see to what is settled, read while there is room, see to the gaps, wait. Used by
 * the source's thread only.
 */
final class ReadingLoop {

    private final PollingSession session;
    private final TableReader reader;
    private final HandOff handOff;
    private final Supplier<@Nullable PollingPosition> settled;
    private final Pacing pacing;
    private final NotificationBell bell;
    private final DeleteQueue deletes;
    private final RetriedSteps steps;
    private final PendingReport report;
    private final SourceWatch watch;
    private final UnseenRows unseen;
    private final long sessionNumber;

    private long ordinal;
    private boolean nothingToRead;

    /** @param settled the last position that the engine has settled, or null; given by another thread */
    ReadingLoop(
            Opened opened,
            HandOff handOff,
            Supplier<@Nullable PollingPosition> settled,
            Pacing pacing,
            NotificationBell bell) {
        this.session = opened.session();
        this.reader = opened.reader();
        this.sessionNumber = opened.number();
        this.handOff = handOff;
        this.settled = settled;
        this.pacing = pacing;
        this.bell = bell;
        this.deletes = new DeleteQueue(System.nanoTime());
        this.steps = new RetriedSteps(session.table(), opened.watch());
        this.report = opened.report();
        this.watch = opened.watch();
        this.unseen = new UnseenRows(session, watch, System.nanoTime());
    }

    /**
     * A session, and how its table is read.
     *
     * @param number tells sessions of this process apart
     * @param report is told of what waits
     * @param watch is told of what hinders
     */
    record Opened(PollingSession session, TableReader reader, long number, PendingReport report, SourceWatch watch) {}

    /** One round; returns after waiting until there is something to do, or until the thread is unparked. */
    void runOnce() throws SQLException {
        delete(System.nanoTime());
        if (bell.take()) {
            pacing.notified(System.nanoTime());
        }
        boolean room = handOff.hasRoom();
        if (room && pacing.due(System.nanoTime())) {
            read();
        }
        long now = System.nanoTime();
        if (now - reader.tendAtNanos() >= 0) {
            tend(now);
        }
        if (now - report.lookAtNanos(room, now) >= 0) {
            steps.run(SourceWatch.Step.TENDING, report::look);
        }
        report.tell(room, now);
        if (!room) {
            // Nothing is read, whatever there is.
            unseen.seen(now);
        } else if (now - unseen.lookAtNanos() >= 0) {
            steps.run(SourceWatch.Step.TENDING, () -> unseen.look(now));
        }
        park(room);
    }

    private void tend(long nowNanos) throws SQLException {
        boolean[] stale = {false};
        steps.run(SourceWatch.Step.TENDING, () -> stale[0] = reader.tend(nowNanos));
        if (stale[0]) {
            steps.run(SourceWatch.Step.SETTLING, () -> reader.settleOldest(0));
        }
    }

    private void delete(long nowNanos) throws SQLException {
        PollingPosition upTo = settled.get();
        if (upTo != null) {
            deletes.settled(upTo, nowNanos);
        }
        if (deletes.due(nowNanos, nothingToRead)) {
            deleteAllWaiting();
        }
        PollingPosition news = deletes.takeNews();
        if (news != null) {
            handOff.committed(news);
        }
    }

    private void deleteAllWaiting() throws SQLException {
        while (deletes.rowsWaiting() > 0) {
            int rows = deletes.batchRows();
            long[] pauseNanos = {0};
            if (!steps.run(SourceWatch.Step.SETTLING, () -> pauseNanos[0] = reader.settleOldest(rows))) {
                deletes.heldUp(System.nanoTime());
                return;
            }
            deletes.deleted(rows);
            unseen.seen(System.nanoTime());
            report.settled(deletes.rowsDeleted());
            deletes.fewNotBefore(System.nanoTime() + pauseNanos[0]);
        }
    }

    private void read() throws SQLException {
        TableReader.Page[] read = {TableReader.Page.EMPTY};
        long beganNanos = System.nanoTime();
        boolean done = false;
        // Only the read itself may be tried again: what it brought is remembered from then on.
        try {
            done = steps.run(SourceWatch.Step.READING, () -> read[0] = reader.read());
        } catch (RelayException e) {
            if (e.failure().kind() != FailureKind.POISON || ordinal == deletes.rowsDeleted()) {
                throw e;
            }
            // Everything before the row is published and deleted first: it is read again until then.
        }
        TableReader.Page page = read[0];
        long now = System.nanoTime();
        if (page.heldBack() == null) {
            watch.done(SourceWatch.Step.GOING_ON);
        } else {
            watch.heldUp(SourceWatch.Step.GOING_ON, page.heldBack(), now);
        }
        nothingToRead = page.rows().isEmpty() && !page.more();
        if (page.more()) {
            pacing.moreIsWaiting(now);
        } else if (nothingToRead) {
            pacing.foundNothing(now);
        } else {
            pacing.foundSome(now);
        }
        if (!page.rows().isEmpty()) {
            unseen.seen(now);
            watch.asked(now);
            PollingSession.Flushed flushed = session.flushCommits();
            watch.answered();
            if (flushed.lastDrawn() != null) {
                report.drawn(flushed.lastDrawn(), now);
            }
            handOff.put(numbered(page.rows(), report.times(flushed.clockMicros(), now, page.seen())));
        }
        if (done) {
            report.read(page, beganNanos);
        }
    }

    private List<OutboxRecord> numbered(List<Row> rows, CommitTimes times) {
        List<OutboxRecord> records = new ArrayList<>(rows.size());
        for (Row row : rows) {
            ordinal++;
            long committedNanos = times.nanos(row);
            report.handedOn(ordinal, committedNanos);
            records.add(row.at(new PollingPosition(sessionNumber, ordinal), committedNanos));
        }
        return records;
    }

    private void park(boolean room) {
        long now = System.nanoTime();
        long wait = Math.min(reader.tendAtNanos() - now, deletes.dueNanos(now) - now);
        wait = Math.min(wait, SourceTurns.PAUSE_MAX.toNanos());
        wait = Math.min(wait, (room ? pacing.dueNanos() : report.lookAtNanos(false, now)) - now);
        // What woke the thread in the middle of a statement may have been taken for something else there.
        if (wait > 0 && !bell.isRung()) {
            LockSupport.parkNanos(this, wait);
        }
    }
}
