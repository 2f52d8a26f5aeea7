package io.outboxrelay.sidecar;

import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamStatements;
import java.sql.SQLException;
import java.util.List;

/** What a scene on PostgreSQL needs to be read from the log: publication and slot by the SQL that the owner is given, and settings. */
final class ReadFromLog {
    private ReadFromLog() {}

    static void prepare(Scene scene) throws SQLException {
        String name = scene.name();
        TableName table = new TableName("public", "outbox");
        StreamStatements statements = new StreamStatements(new SlotRequest(name, name, table, List.of(), false));
        // Each by itself: a slot cannot be made in a transaction that has written something.
        scene.execute(statements.createPublication());
        scene.execute(statements.stamp(null));
        scene.execute(statements.createSlot(0));
        scene.execute(statements.noteSlot());
        scene.set("source.type", "debezium");
        scene.set("source.username", SharedServers.LOG_ROLE);
        scene.set("source.slot", name);
        scene.set("source.publication", name);
    }
}
