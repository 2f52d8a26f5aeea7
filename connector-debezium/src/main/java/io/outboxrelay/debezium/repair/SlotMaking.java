package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.replication.LogSequenceNumber;

/**
 * A slot that is made together with a snapshot: what committed before its consistent point is in the snapshot, what committed later
 * comes through the slot. The snapshot can be taken over as long as this is open. After PostgreSQL's manual, "Streaming Replication Protocol",
 * CREATE_REPLICATION_SLOT.
 */
final class SlotMaking implements AutoCloseable {

    private static final int OPTIONS_SINCE = 150_000;
    private static final int FAILOVER_SINCE = 170_000;

    private final Connection replication;
    private final long consistentLsn;
    private final String snapshot;

    private SlotMaking(Connection replication, long consistentLsn, String snapshot) {
        this.replication = replication;
        this.consistentLsn = consistentLsn;
        this.snapshot = snapshot;
    }

    /**
     * Makes it; waits until every transaction that is open has ended.
     *
     * @param relay as whom; a role with REPLICATION
     * @throws RelayException as the server refuses it
     */
    static SlotMaking of(ConnectionSettings relay, String command) {
        Connection replication = new PostgresConnections(relay).openReplication();
        try (Statement statement = replication.createStatement();
                ResultSet row = statement.executeQuery(command)) {
            row.next();
            long consistent =
                    LogSequenceNumber.valueOf(row.getString("consistent_point")).asLong();
            return new SlotMaking(replication, consistent, row.getString("snapshot_name"));
        } catch (SQLException e) {
            RelayException failure = new RelayException(PostgresFailures.classify(e, relay));
            close(replication, failure);
            throw failure;
        }
    }

    /** @param failover asked for, where the server knows of it */
    static String command(String slot, boolean failover, int serverVersion) {
        String made = "CREATE_REPLICATION_SLOT " + Identifiers.quote(slot) + " LOGICAL pgoutput ";
        if (serverVersion < OPTIONS_SINCE) {
            return made + "EXPORT_SNAPSHOT";
        }
        return made + "(SNAPSHOT 'export'" + (failover && serverVersion >= FAILOVER_SINCE ? ", FAILOVER true)" : ")");
    }

    long consistentLsn() {
        return consistentLsn;
    }

    String snapshot() {
        return snapshot;
    }

    @Override
    public void close() {
        try {
            replication.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a connection of which nothing more is asked did not close", e);
        }
    }

    private static void close(Connection connection, RelayException reason) {
        try {
            connection.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }
}
