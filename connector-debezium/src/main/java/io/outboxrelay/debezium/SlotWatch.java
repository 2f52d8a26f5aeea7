package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.jdbc.PostgresConnections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Finds out what the slot holds back, and, while no source can tell, since when something in the log may be waiting: another relay has
 * the slot, or this one needs an operator.
 */
public final class SlotWatch implements Housekeeping.Look {

    /** While a source reads, only how much is held back is not known already. */
    private static final long BESIDE_SOURCE_NANOS = Duration.ofSeconds(15).toNanos();

    private static final String LOOK = """
            SELECT pg_current_wal_lsn() - '0/0', confirmed_flush_lsn - '0/0',
                   coalesce(pg_current_wal_lsn() - restart_lsn, 0), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
              FROM pg_catalog.pg_replication_slots
             WHERE slot_name = ? AND confirmed_flush_lsn IS NOT NULL AND NOT pg_is_in_recovery()""";

    private final Supplier<DebeziumSettings> settings;
    private final LogFigures figures;
    private final UnconfirmedSince unconfirmed = new UnconfirmedSince();

    /** At once: the server's clock is to be known before the first events are there. */
    private long dueNanos = System.nanoTime();

    /**
     * A watch that has looked at nothing yet.
     *
     * @param settings asked anew for each connection
     */
    public SlotWatch(Supplier<DebeziumSettings> settings, LogFigures figures) {
        this.settings = settings;
        this.figures = figures;
    }

    @Override
    public boolean isDue(long nowNanos) {
        return !figures.isRead() || nowNanos - dueNanos >= 0;
    }

    @Override
    public Connection connect() {
        return new PostgresConnections(settings.get().connection()).open();
    }

    @Override
    public void take(Connection through) throws SQLException {
        LogFigures.Outlook before = figures.current();
        try (PreparedStatement statement = through.prepareStatement(LOOK)) {
            statement.setString(1, ((PostgresLog) settings.get().log()).slot());
            statement.setQueryTimeout(2);
            long askedNanos = System.nanoTime();
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    figures.serverTime(row.getLong(4), askedNanos);
                    figures.slotRetains(Math.max(0, row.getLong(3)));
                    unconfirmed.seen(row.getLong(1), row.getLong(2), askedNanos);
                    tell(before, askedNanos);
                } else {
                    figures.slotRetains(0);
                }
            }
        }
        dueNanos = System.nanoTime() + BESIDE_SOURCE_NANOS;
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
