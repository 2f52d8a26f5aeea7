package io.outboxrelay.bench.faults;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody ends every session of the relay, over and over: {@code pg_terminate_backend} in a loop. */
final class TerminatedSessions implements Fault {
    private static final String TERMINATE =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + FaultServers.ROLE + "'";

    private final Duration hold;
    private @Nullable Repetition terminator;

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
        terminator = Repetition.started("terminator", () -> stage.execute(TERMINATE));
    }

    @Override
    public void heal(FaultStage stage) {
        if (terminator != null) {
            terminator.end();
        }
    }
}
