package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a run may have left on the server when connections were lost: sessions that still work on a commit nobody waits
 * for, and prepared transactions. Belongs to one thread.
 */
final class Leftovers {
    private static final long SESSIONS_GONE_NANOS_MAX = 20_000_000_000L;
    private static final long RECHECK_NANOS = 10_000_000;

    private final Connection connection;
    private final String run;

    /** The connection must not bear the run's name itself. */
    Leftovers(Connection connection, String run) {
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
        while (terminateSessions() > 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("sessions of " + run + " do not end");
            }
            LockSupport.parkNanos(RECHECK_NANOS);
        }
        try (Statement statement = connection.createStatement()) {
            for (String name : prepared()) {
                statement.execute("ROLLBACK PREPARED '" + name + "'");
            }
        }
    }

    private int terminateSessions() throws SQLException {
        String sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ?";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, run);
            int sessions = 0;
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    sessions++;
                }
            }
            return sessions;
        }
    }

    private List<String> prepared() throws SQLException {
        String sql = "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND starts_with(gid, ?)";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, run);
            List<String> names = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        }
    }
}
