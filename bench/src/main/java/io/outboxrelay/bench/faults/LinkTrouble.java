package io.outboxrelay.bench.faults;

import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.TcpProxy;
import java.sql.SQLException;

/**
 * Something that the network does to every connection of one side, and to new ones as well, until it ends.
 *
 * @param toDatabase whether it is the side of the database; else that of the broker
 */
record LinkTrouble(FaultPlan plan, boolean toDatabase, LinkFault trouble) implements Fault {

    @Override
    public FaultStage set(FaultServers servers) throws SQLException {
        return FaultStage.on(servers);
    }

    @Override
    public void inject(FaultStage stage) {
        proxy(stage).inject(trouble);
    }

    @Override
    public void heal(FaultStage stage) {
        proxy(stage).heal();
    }

    private TcpProxy proxy(FaultStage stage) {
        return toDatabase ? stage.servers().toDatabase() : stage.servers().toKafka();
    }
}
