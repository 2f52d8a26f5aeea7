package io.outboxrelay.polling;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what waits in the outbox while no source can tell: another relay has it, this one needs an operator, or the source is stuck.
 * On a thread {@code relay-housekeeping} and a connection of its own, which is made only then and closed afterwards; a relay that reads
 * has neither. It asks at most once a second, and rests for twenty times as long as the server took for an answer. What it cannot find
 * out is not held for good: the time since it was last known counts on. A
 * refused login is tried again after 30 s only: attempts may count against an account, until it is locked.
 */
public final class PendingWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PendingWatch.class);
    private static final long LOOK_OUT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long REFUSED_LOGIN_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int REST_FACTOR = 20;

    /** A relay that starts, or has lost its session, mostly reads again sooner than that. */
    private static final long BEGIN_NANOS = Duration.ofSeconds(2).toNanos();

    private final Supplier<PollingSettings> settings;
    private final Pending pending;
    private final PendingLook.Seen seen = new PendingLook.Seen();
    private final Thread thread = PipelineThreads.daemon("relay-housekeeping", this::run);
    private volatile @Nullable Connection connection;
    private volatile boolean ended;

    /**
     * A watch that was not started yet.
     *
     * @param settings asked anew for each connection
     * @param pending of the sources that may read the outbox, see {@link PollingCounters#pending}
     */
    public PendingWatch(Supplier<PollingSettings> settings, Pending pending) {
        this.settings = settings;
        this.pending = pending;
    }

    public void start() {
        thread.start();
    }

    /** Returns at once; what is being asked is cut off. Any thread. */
    @Override
    public void close() {
        ended = true;
        LockSupport.unpark(thread);
        Connection open = connection;
        try {
            if (open != null) {
                open.abort(command -> PipelineThreads.daemon("relay-housekeeping-cut", command)
                        .start());
            }
        } catch (SQLException e) {
            LOG.debug("the connection could not be cut; it ends with its thread", e);
        }
    }

    private void run() {
        while (!ended) {
            if (!isNeeded() || System.nanoTime() - pending.current().asOfNanos() < BEGIN_NANOS) {
                rest(LOOK_OUT_NANOS);
                continue;
            }
            try {
                long began = System.nanoTime();
                look();
                rest(Math.max(INTERVAL_NANOS, REST_FACTOR * (System.nanoTime() - began)));
            } catch (SQLException | RuntimeException e) {
                // What is wrong is the source's to say, whose inspection refuses tables that surprise a look. Here it
                // only means that
                // nothing can be found out.
                LOG.debug("what waits could not be found out", e);
                boolean refused =
                        e instanceof RelayException known && known.failure().loginRefused();
                rest(refused ? REFUSED_LOGIN_NANOS : RETRY_NANOS);
            }
        }
    }

    /** Whether nobody else tells: no source reads, or one does but has not got an answer for long. */
    private boolean isNeeded() {
        Outlook known = pending.current();
        return !pending.isRead() || (!known.waiting() && !known.isFresh(System.nanoTime()));
    }

    /** With a connection for this look alone: where the role may have no more than two, a source that opens needs both. */
    private void look() throws SQLException {
        PollingSettings now = settings.get();
        try (Connection open = new PostgresConnections(now.connection()).openSession()) {
            connection = open;
            PendingLook look = PendingLook.open(open, now.outbox(), pending);
            if (look != null) {
                look.look(seen);
            }
        } finally {
            connection = null;
        }
    }

    private void rest(long nanos) {
        long untilNanos = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !ended; left = untilNanos - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }
}
