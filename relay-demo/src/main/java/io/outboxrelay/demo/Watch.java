package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Looks at everything a few times a second, shows it, and notices when nothing moves any more. Belongs to the main thread. */
final class Watch {
    private static final Duration REFRESH = Duration.ofMillis(200);
    private static final Duration RATE_WINDOW = Duration.ofSeconds(5);
    /** The relay may wait for a leader or a connection for a while; the order service waits for nobody that long. */
    private static final Duration STALL_MAX = Duration.ofSeconds(30);
    /** The outbox is empty, so nothing more can come but what is under way to the consumers. */
    private static final Duration STALL_WHEN_EMPTY_MAX = Duration.ofSeconds(5);

    private final Cast cast;
    private final View view;
    private final RateMeter rate = new RateMeter(RATE_WINDOW);
    private final long startNanos = System.nanoTime();
    private Progress progress = new Progress(0, 0, 0, 0);
    private long progressNanos = startNanos;

    /** The run begins now. */
    Watch(Cast cast, View view) {
        this.cast = cast;
        this.view = view;
    }

    /** Everything that must move while there is something to do. */
    private record Progress(long written, long arrived, long pending, long processed) {}

    /**
     * Shows the run until everything asked for is written, or the end is asked for.
     *
     * @return whether everything was written
     * @throws DemoFailure when something ended that should not have, or nothing moves
     */
    boolean untilWritten(StopSignal stop) throws SQLException {
        while (!cast.service().isDone()) {
            if (stop.await(REFRESH)) {
                return false;
            }
            show();
            if (isStalled(STALL_MAX)) {
                throw cast.relay().failure("nothing has moved for " + STALL_MAX.toSeconds() + " s");
            }
        }
        return true;
    }

    /**
     * Shows the run until every committed event has arrived everywhere and the outbox is empty.
     *
     * @return false when that did not come to be, and nothing moves any more
     */
    boolean untilArrived(CommittedHistory history) throws SQLException {
        while (true) {
            Snapshot.Pending pending = show();
            boolean empty = pending.rows() == 0;
            if (empty
                    && progress.arrived() >= history.committedCount()
                    && progress.processed() >= history.committedCount()) {
                return true;
            }
            if (isStalled(empty ? STALL_WHEN_EMPTY_MAX : STALL_MAX)) {
                return false;
            }
            LockSupport.parkNanos(REFRESH.toNanos());
        }
    }

    /** From the beginning to the arrival of the last event. */
    Duration time() {
        return Duration.ofNanos(Math.max(0, cast.arrivals().lastNewNanos() - startNanos));
    }

    private Snapshot.Pending show() throws SQLException {
        cast.requireHealthy();
        CommittedHistory history = cast.service().history();
        Arrivals arrivals = cast.arrivals();
        Snapshot.Pending pending = cast.probe().pending(history);
        Snapshot.Counts counts = new Snapshot.Counts(
                history.committedCount(),
                history.rolledBackCount(),
                arrivals.events(),
                arrivals.repeats(),
                cast.warehouse().processed());
        long nowNanos = System.nanoTime();
        view.show(new Snapshot(
                Duration.ofNanos(nowNanos - startNanos),
                counts,
                pending,
                rate.perSecond(nowNanos, counts.published()),
                arrivals.recentLatency(history),
                arrivals.latest()));
        note(new Progress(counts.written(), counts.published(), pending.rows(), counts.processed()), nowNanos);
        return pending;
    }

    private void note(Progress now, long nowNanos) {
        if (!now.equals(progress)) {
            progress = now;
            progressNanos = nowNanos;
        }
    }

    private boolean isStalled(Duration max) {
        return System.nanoTime() - progressNanos > max.toNanos();
    }
}
