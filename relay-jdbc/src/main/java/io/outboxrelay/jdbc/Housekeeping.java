package io.outboxrelay.jdbc;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the database now and then, beside the source: on a thread {@code relay-housekeeping}, over a connection that is made for each
 * look and closed after it, as a role may have room for no more than the source needs. It rests for two seconds after a look, or for twenty
 * times as long as that took. What fails is for the source to say; a look that does is tried again after 5 s, and a refused login only
 * after 30 s, because attempts may count against an account until it is locked.
 */
public final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long NOT_DUE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long REFUSED_LOGIN_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int REST_FACTOR = 20;

    private final Look look;
    private final Thread thread = PipelineThreads.daemon("relay-housekeeping", this::run);
    private volatile @Nullable Connection connection;
    private volatile boolean ended;

    /** @param look used by the thread alone, once it was started */
    public Housekeeping(Look look) {
        this.look = look;
    }

    /** What is looked at, all by the thread. */
    public interface Look {

        /**
         * Whether there is anything to find out; asked once a second at most.
         *
         * @param nowNanos of {@link System#nanoTime}
         */
        boolean isDue(long nowNanos);

        /**
         * A connection of its own, with settings that are read anew, as a password may have been replaced.
         *
         * @throws RelayException classified, if there is none to be had
         */
        Connection connect();

        /** Looks. */
        void take(Connection through) throws SQLException;
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
            long beganNanos = System.nanoTime();
            if (!look.isDue(beganNanos)) {
                rest(NOT_DUE_NANOS);
                continue;
            }
            Exception failure = lookOnce();
            rest(restNanos(failure, System.nanoTime() - beganNanos));
        }
    }

    /** How long to rest after a look that took so long, and that failed or did not. */
    static long restNanos(@Nullable Exception failure, long tookNanos) {
        if (failure == null) {
            return Math.max(INTERVAL_NANOS, REST_FACTOR * tookNanos);
        }
        boolean refused =
                failure instanceof RelayException known && known.failure().loginRefused();
        return refused ? REFUSED_LOGIN_NANOS : RETRY_NANOS;
    }

    private @Nullable Exception lookOnce() {
        try (Connection open = look.connect()) {
            connection = open;
            if (!ended) {
                look.take(open);
            }
            return null;
        } catch (SQLException | RuntimeException e) {
            LOG.debug("the database could not be looked at", e);
            return e;
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
