package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.Workload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;

/** One session of a service that writes events. Confined to one thread at a time. */
final class Writer implements AutoCloseable {
    private static final String INSERT =
            "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES (?, ?, ?, ?, ?::jsonb)";

    private final Connection connection;
    private final PreparedStatement insert;

    private Writer(Connection connection, PreparedStatement insert) {
        this.connection = connection;
        this.insert = insert;
    }

    static Writer connected(Servers servers) throws SQLException {
        Connection connection = servers.connect();
        try {
            connection.setAutoCommit(false);
            return new Writer(connection, connection.prepareStatement(INSERT));
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Writes an event in a transaction of its own. */
    void write(Workload workload, long number, Moments moments) throws SQLException {
        insert.setObject(1, UUID.fromString(Workload.idOf(number)));
        insert.setString(2, Workload.AGGREGATE_TYPE);
        insert.setString(3, Workload.key(workload.keyIndexOf(number)));
        insert.setString(4, Workload.EVENT_TYPE);
        insert.setString(5, workload.payloadOf(number));
        insert.executeUpdate();
        long askedNanos = System.nanoTime();
        connection.commit();
        moments.committed(number, askedNanos, System.nanoTime());
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            insert.close();
        }
    }
}
