package io.outboxrelay.debezium;

import io.outboxrelay.jdbc.Housekeeping;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Asks a MySQL server for the time every few seconds, so that it is known how long ago a transaction committed. What waits while no
 * source reads is not found out: only the relay that reads knows how far it got.
 */
public final class ServerClock implements Housekeeping.Look {

    private static final long EVERY_NANOS = Duration.ofSeconds(15).toNanos();

    private final Supplier<DebeziumSettings> settings;
    private final LogFigures figures;
    private long dueNanos = System.nanoTime();

    /**
     * A clock that was not asked yet.
     *
     * @param settings asked anew for each connection
     */
    public ServerClock(Supplier<DebeziumSettings> settings, LogFigures figures) {
        this.settings = settings;
        this.figures = figures;
    }

    @Override
    public boolean isDue(long nowNanos) {
        return nowNanos - dueNanos >= 0;
    }

    @Override
    public Connection connect() {
        return MySqlSession.connect(settings.get().connection());
    }

    @Override
    public void take(Connection through) throws SQLException {
        try (Statement statement = through.createStatement()) {
            long askedNanos = System.nanoTime();
            try (ResultSet row = statement.executeQuery("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)")) {
                row.next();
                figures.serverTime(row.getLong(1), askedNanos);
            }
        }
        dueNanos = System.nanoTime() + EVERY_NANOS;
    }
}
