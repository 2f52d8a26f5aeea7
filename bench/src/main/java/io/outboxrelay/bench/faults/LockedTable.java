package io.outboxrelay.bench.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A migration alters the outbox and takes its time to commit: neither the relay nor the application gets at the table. */
final class LockedTable implements Fault {
    private final Duration hold;
    private @Nullable Connection migration;

    LockedTable(Duration hold) {
        this.hold = hold;
    }

    @Override
    public FaultPlan plan() {
        return FaultPlan.of(
                "locked-table",
                hold,
                new FaultPlan.Claim(FaultPlan.SOON, List.of("nothing can be read from public.outbox")));
    }

    @Override
    public FaultStage set(FaultServers servers) throws SQLException {
        return FaultStage.on(servers);
    }

    @Override
    public void inject(FaultStage stage) throws SQLException {
        Connection connection = stage.connect();
        migration = connection;
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE outbox ADD COLUMN note text DEFAULT 'none'");
        }
    }

    @Override
    public void heal(FaultStage stage) throws SQLException {
        try (Connection connection = migration) {
            if (connection != null) {
                connection.commit();
            }
        }
    }
}
