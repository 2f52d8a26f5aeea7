package io.outboxrelay.debezium;

import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a MySQL server for the time every few seconds, on a thread {@code relay-housekeeping}, so that it is known how long ago a
 * transaction committed. What waits while no source reads is not found out: only the relay that reads knows how far it got.
 */
public final class ServerClock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerClock.class);
    private static final Duration EVERY = Duration.ofSeconds(15);

    private final Supplier<DebeziumSettings> settings;
    private final LogFigures figures;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = PipelineThreads.daemon("relay-housekeeping", this::run);

    /**
     * A clock that was not started yet.
     *
     * @param settings asked anew for each look
     */
    public ServerClock(Supplier<DebeziumSettings> settings, LogFigures figures) {
        this.settings = settings;
        this.figures = figures;
    }

    public void start() {
        thread.start();
    }

    /** Returns at once; a look that is under way ends by itself, within the timeouts of its connection. */
    @Override
    public void close() {
        ended.countDown();
    }

    private void run() {
        try {
            do {
                try {
                    look();
                } catch (SQLException | RuntimeException e) {
                    // What is wrong is the source's to say. Here it only means that the time is not known.
                    LOG.debug("the server could not be asked for the time", e);
                }
            } while (!ended.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws SQLException {
        ConnectionSettings connection = settings.get().connection();
        try (Connection open = MySqlSession.connect(connection);
                Statement statement = open.createStatement()) {
            long askedNanos = System.nanoTime();
            try (ResultSet row = statement.executeQuery("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)")) {
                row.next();
                figures.serverTime(row.getLong(1), askedNanos);
            }
        }
    }
}
