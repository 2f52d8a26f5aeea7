package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/**
 * What a run may have left on the server when connections were lost: sessions that still work on a commit nobody waits
 * for, and prepared transactions. Belongs to one thread.
 */
final class Leftovers {
    private static final long SESSIONS_GONE_NANOS_MAX = 20_000_000_000L;
    private static final long RECHECK_NANOS = 10_000_000;

    private final ShopDialect dialect;
    private final Connection connection;
    private final String run;

    /** The connection must not bear the run's name itself. */
    Leftovers(ShopDialect dialect, Connection connection, String run) {
        this.dialect = dialect;
        this.connection = connection;
        this.run = run;
    }

    /**
     * Ends them: afterwards no outcome of the run can change any more.
     *
     * @throws IllegalStateException when a session is still there after 20 seconds
     */
    void end() throws SQLException {
        long deadline = System.nanoTime() + SESSIONS_GONE_NANOS_MAX;
        while (dialect.endLeftovers(connection, run) > 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("sessions of " + run + " do not end");
            }
            LockSupport.parkNanos(RECHECK_NANOS);
        }
    }
}
