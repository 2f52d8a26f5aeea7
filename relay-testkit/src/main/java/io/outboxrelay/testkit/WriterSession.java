package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One writer's connection, opened when it is needed and again after it was lost. Belongs to one thread.
 *
 * <p>An attempt that fails because the database is away is repeated until it succeeds or the run is stopped: an outage is
 * part of what the workload is for.
 */
final class WriterSession implements AutoCloseable {
    private static final long RETRY_NANOS = 50_000_000;

    private final String url;
    private final Tempo tempo;
    private @Nullable Connection connection;

    WriterSession(String url, Tempo tempo) {
        this.url = url;
        this.tempo = tempo;
    }

    /**
     * The connection, with no transaction open and {@code autoCommit} off.
     *
     * @throws SQLException when the database refuses, or is still away when the run is stopped
     */
    Connection connection() throws SQLException {
        Connection current = connection;
        while (current == null) {
            try {
                current = DriverManager.getConnection(url);
                current.setAutoCommit(false);
                connection = current;
            } catch (SQLException e) {
                if (ShopFailure.of(e) != ShopFailure.CONNECTION_LOST || tempo.isStopped()) {
                    throw e;
                }
                tempo.pause(RETRY_NANOS);
            }
        }
        return current;
    }

    /** Makes the connection fit for the next transaction, or forgets it. */
    void recover() {
        Connection current = connection;
        if (current == null) {
            return;
        }
        try {
            current.rollback();
        } catch (SQLException e) {
            close();
        }
    }

    @Override
    public void close() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                // It was lost already, which is what closing is to achieve.
                return;
            }
        }
    }
}
