package io.outboxrelay.polling;

import io.outboxrelay.failure.Backoff;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the application's notifications, on a thread {@code relay-listen} and a connection of its own, and rings the source's
 * bell. PostgreSQL delivers a notification only once the transaction that sent it is visible to new snapshots, so a read that
 * begins after the ring sees its rows.
 *
 * <p>It is a hint and nothing else: whatever happens here, the source goes on polling at its own pace. A lost connection is made
 * again after a backoff; one line in the log for each change.
 */
final class Listener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    /** So long nothing may come before the connection is asked whether it still stands. */
    private static final int SILENCE_MAX_MILLIS = 10_000;

    private static final int ANSWER_TIMEOUT_SECONDS = 5;

    /** A source looks once a millisecond at most; what comes meanwhile is taken in together. */
    private static final long GATHER_NANOS = 1_000_000;

    /** What held for so long was no failed attempt. */
    private static final long HELD_NANOS = Duration.ofSeconds(10).toNanos();

    private final String channel;
    private final Supplier<Connection> connections;
    private final NotificationBell bell;
    private final PollingCounters counters;
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), new SplittableRandom());
    private final Thread thread = PipelineThreads.daemon("relay-listen", this::run);

    private volatile @Nullable Connection connection;
    private volatile boolean ended;

    /**
     * A listener that was not started yet.
     *
     * @param channel as the database knows it
     * @param connections opens a connection, autocommit on
     * @param counters where it is remembered, from one source to the next, whether notifications are heard
     */
    Listener(String channel, Supplier<Connection> connections, NotificationBell bell, PollingCounters counters) {
        this.channel = channel;
        this.connections = connections;
        this.bell = bell;
        this.counters = counters;
    }

    void start() {
        thread.start();
    }

    /** Ends listening. Returns at once; the thread ends with what it is in the middle of. Any thread. */
    @Override
    public void close() {
        ended = true;
        LockSupport.unpark(thread);
        cut();
    }

    private void run() {
        int attempt = 0;
        while (!ended) {
            long startedNanos = System.nanoTime();
            try (Connection open = connections.get()) {
                connection = open;
                hear(open);
            } catch (SQLException | RuntimeException e) {
                attempt = System.nanoTime() - startedNanos >= HELD_NANOS ? 1 : attempt + 1;
                lost(e, backoff.delayNanos(attempt));
            }
        }
    }

    private void hear(Connection open) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute("LISTEN " + Identifiers.quote(channel));
        }
        PGConnection notified = open.unwrap(PGConnection.class);
        if (!ended && counters.hears(true)) {
            LOG.info("notifications on channel {} are heard", channel);
        }
        // What was notified while nobody listened is not told any more.
        bell.ring();
        while (!ended) {
            PGNotification[] heard = notified.getNotifications(SILENCE_MAX_MILLIS);
            if (heard.length > 0) {
                bell.ring();
                LockSupport.parkNanos(this, GATHER_NANOS);
            } else if (!open.isValid(ANSWER_TIMEOUT_SECONDS)) {
                throw new SQLException("the connection does not answer");
            }
        }
    }

    private void lost(Exception reason, long waitNanos) {
        if (ended) {
            return;
        }
        if (counters.hears(false)) {
            LOG.warn(
                    "notifications on channel {} are not heard; the relay goes on without and tries again: {}",
                    channel,
                    reason instanceof RelayException known ? known.failure().summary() : reason.getMessage());
        }
        long untilNanos = System.nanoTime() + waitNanos;
        for (long left = waitNanos; left > 0 && !ended; left = untilNanos - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    private void cut() {
        Connection open = connection;
        try {
            if (open != null) {
                open.abort(Listener::runAside);
            }
        } catch (SQLException e) {
            LOG.debug("the listening connection could not be cut; it ends with its thread", e);
        }
    }

    private static void runAside(Runnable command) {
        PipelineThreads.daemon("relay-listen-cut", command).start();
    }
}
