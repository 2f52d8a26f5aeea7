package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what the slot holds back, and, while no source can tell, since when something in the log may be waiting: another relay has
 * the slot, or this one needs an operator. On a thread {@code relay-housekeeping}, every few seconds, over a connection for each look.
 */
public final class SlotWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SlotWatch.class);

    /** While a source reads, only how much is held back is not known already. */
    private static final Duration BESIDE_SOURCE = Duration.ofSeconds(15);

    private static final Duration ALONE = Duration.ofSeconds(2);
    private static final Duration TURN = Duration.ofSeconds(1);

    private final Supplier<DebeziumSettings> settings;
    private final LogFigures figures;
    private final UnconfirmedSince unconfirmed = new UnconfirmedSince();
    private final Thread thread = PipelineThreads.daemon("relay-housekeeping", this::run);
    private volatile @Nullable Connection connection;
    private volatile boolean ended;

    /**
     * A watch that was not started yet.
     *
     * @param settings asked anew for each connection
     */
    public SlotWatch(Supplier<DebeziumSettings> settings, LogFigures figures) {
        this.settings = settings;
        this.figures = figures;
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
        // At once: the server's clock is to be known before the first events are there.
        long lookAtNanos = System.nanoTime();
        while (!ended) {
            Duration interval = figures.isRead() ? BESIDE_SOURCE : ALONE;
            if (System.nanoTime() - lookAtNanos >= 0) {
                try {
                    look();
                } catch (SQLException | RuntimeException e) {
                    // What is wrong is the source's to say. Here it only means that nothing can be found out.
                    LOG.debug("the slot could not be looked at", e);
                }
                lookAtNanos = System.nanoTime() + interval.toNanos();
            }
            // A source may have ended meanwhile: then the next look is soon.
            lookAtNanos = Math.min(lookAtNanos, System.nanoTime() + interval.toNanos());
            LockSupport.parkNanos(this, TURN.toNanos());
        }
    }

    private void look() throws SQLException {
        DebeziumSettings now = settings.get();
        LogFigures.Outlook before = figures.current();
        try (Connection open = new PostgresConnections(now.connection()).open()) {
            connection = open;
            try (PreparedStatement statement = open.prepareStatement("""
                    SELECT pg_current_wal_lsn() - '0/0', confirmed_flush_lsn - '0/0',
                           coalesce(pg_current_wal_lsn() - restart_lsn, 0), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
                      FROM pg_catalog.pg_replication_slots
                     WHERE slot_name = ? AND confirmed_flush_lsn IS NOT NULL AND NOT pg_is_in_recovery()""")) {
                statement.setString(1, ((PostgresLog) now.log()).slot());
                statement.setQueryTimeout(2);
                long askedNanos = System.nanoTime();
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        figures.serverTime(row.getLong(4), askedNanos);
                        figures.slotRetains(Math.max(0, row.getLong(3)));
                        unconfirmed.seen(row.getLong(1), row.getLong(2), askedNanos);
                        tell(before, askedNanos);
                    }
                }
            }
        } finally {
            connection = null;
        }
    }

    private void tell(LogFigures.Outlook before, long askedNanos) {
        if (figures.isRead()) {
            return;
        }
        Long since = unconfirmed.sinceNanos(before.sinceNanos());
        figures.found(
                before,
                since == null
                        ? LogFigures.Outlook.nothingWaits(askedNanos)
                        : new LogFigures.Outlook(true, since, askedNanos, before.rows()));
    }
}
