package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Somebody ends every session of the relay, over and over: {@code pg_terminate_backend} in a loop. */
final class TerminatedSessions implements Fault {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final String TERMINATE =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + FaultServers.ROLE + "'";

    private final Duration hold;
    private @Nullable Thread terminator;
    private volatile boolean ending;
    private volatile @Nullable SQLException failure;

    TerminatedSessions(Duration hold) {
        this.hold = hold;
    }

    @Override
    public FaultPlan plan() {
        return FaultPlan.of(
                "terminated-sessions",
                hold,
                new FaultPlan.Claim(FaultPlan.SOON, List.of("terminating connection due to administrator command")));
    }

    @Override
    public FaultStage set(FaultServers servers) throws SQLException {
        return FaultStage.on(servers);
    }

    @Override
    public void inject(FaultStage stage) {
        Thread thread = new Thread(() -> terminate(stage), "terminator");
        terminator = thread;
        thread.start();
    }

    @Override
    public void heal(FaultStage stage) throws SQLException {
        ending = true;
        Thread thread = terminator;
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted", e);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void terminate(FaultStage stage) {
        try (Connection connection = stage.connect();
                Statement statement = connection.createStatement()) {
            while (!ending) {
                statement.execute(TERMINATE);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (SQLException e) {
            failure = e;
        }
    }
}
