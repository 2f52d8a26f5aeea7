package io.outboxrelay.bench.faults;

import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.TcpProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The connections that stand are dead, and nobody is told: as after a failover of a router, or a peer without power. New ones
 * work, so the relay is to get over it by itself.
 *
 * @param toDatabase whether it is those to the database; else those to the broker
 * @param dead in which direction
 */
record HalfOpenConnections(String name, boolean toDatabase, Set<Direction> dead) implements Fault {

    static List<Fault> all() {
        return List.of(
                new HalfOpenConnections("half-open-database", true, EnumSet.allOf(Direction.class)),
                new HalfOpenConnections("half-open-database-requests", true, EnumSet.of(Direction.TO_SERVER)),
                new HalfOpenConnections("half-open-database-replies", true, EnumSet.of(Direction.TO_CLIENT)),
                new HalfOpenConnections("half-open-broker", false, EnumSet.allOf(Direction.class)),
                new HalfOpenConnections("half-open-broker-requests", false, EnumSet.of(Direction.TO_SERVER)),
                new HalfOpenConnections("half-open-broker-replies", false, EnumSet.of(Direction.TO_CLIENT)));
    }

    @Override
    public FaultPlan plan() {
        String words = toDatabase ? "the database has not answered" : "Kafka has ";
        return FaultPlan.of(name, Duration.ZERO, new FaultPlan.Claim(FaultPlan.HALF_OPEN, List.of(words)));
    }

    @Override
    public FaultStage set(FaultServers servers) throws SQLException {
        return FaultStage.on(servers);
    }

    @Override
    public void inject(FaultStage stage) {
        proxy(stage).inject(new LinkFault.HalfOpen(dead));
    }

    @Override
    public void heal(FaultStage stage) {
        proxy(stage).heal();
    }

    private TcpProxy proxy(FaultStage stage) {
        return toDatabase ? stage.servers().toDatabase() : stage.servers().toKafka();
    }
}
