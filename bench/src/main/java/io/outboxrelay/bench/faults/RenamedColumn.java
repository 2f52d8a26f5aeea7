package io.outboxrelay.bench.faults;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A column that the relay reads gets another name while it runs, and its old one back later. */
record RenamedColumn(Duration hold) implements Fault {

    @Override
    public FaultPlan plan() {
        return FaultPlan.of(
                "renamed-column",
                hold,
                new FaultPlan.Claim(FaultPlan.SOON, List.of("column tenant", "column \"tenant\"")));
    }

    @Override
    public FaultStage set(FaultServers servers) throws SQLException {
        FaultStage stage = FaultStage.on(servers);
        // One that the order service does not name: its inserts go on.
        stage.execute("ALTER TABLE outbox ADD COLUMN tenant text NOT NULL DEFAULT 'blue'");
        stage.set("route.headers.tenant", "tenant");
        stage.expect(expectation -> expectation.withHeader("tenant", event -> "blue"));
        return stage;
    }

    @Override
    public void inject(FaultStage stage) throws SQLException {
        stage.execute("ALTER TABLE outbox RENAME COLUMN tenant TO customer");
    }

    @Override
    public void heal(FaultStage stage) throws SQLException {
        stage.execute("ALTER TABLE outbox RENAME COLUMN customer TO tenant");
    }
}
