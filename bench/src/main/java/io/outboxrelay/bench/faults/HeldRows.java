package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The application locks rows of the outbox and keeps them: they are published, but cannot be deleted, and the window fills. */
final class HeldRows implements Fault {
    private static final Duration CATCHING_MAX = Duration.ofSeconds(30);
    private static final String WINDOW_RECORDS_MAX = "1000";
    private static final int EVENTS_PER_SECOND = 500;

    private final Duration hold;
    private @Nullable Connection application;

    HeldRows(Duration hold) {
        this.hold = hold;
    }

    @Override
    public FaultPlan plan() {
        FaultPlan.Claim claim =
                new FaultPlan.Claim(FaultPlan.SOON, List.of("published rows cannot be deleted from public.outbox"));
        return FaultPlan.of("held-rows", hold, claim)
                .under(EVENTS_PER_SECOND, Map.of("window.recordsMax", WINDOW_RECORDS_MAX));
    }

    @Override
    public FaultStage set(FaultServers servers) throws SQLException {
        return FaultStage.on(servers);
    }

    @Override
    public void inject(FaultStage stage) throws SQLException {
        Connection connection = stage.connect();
        application = connection;
        connection.setAutoCommit(false);
        long deadline = System.nanoTime() + CATCHING_MAX.toNanos();
        while (!catches(connection)) {
            connection.rollback();
            if (System.nanoTime() - deadline > 0) {
                throw new BenchFailure("no row stood in the outbox for long enough to be locked");
            }
        }
    }

    @Override
    public void heal(FaultStage stage) throws SQLException {
        try (Connection connection = application) {
            if (connection != null) {
                connection.rollback();
            }
        }
    }

    private static boolean catches(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT seq FROM outbox ORDER BY seq LIMIT 10 FOR UPDATE SKIP LOCKED")) {
            return rows.next();
        }
    }
}
