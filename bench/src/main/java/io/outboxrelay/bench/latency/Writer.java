package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.Workload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/** One session of a service that writes events. Confined to one thread at a time. */
final class Writer implements AutoCloseable {
    private static final String INSERT =
            "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES (?, ?, ?, ?, ?::jsonb)";

    private static final String NOTIFY = "SELECT pg_notify('" + LatencyOptions.CHANNEL + "', '')";

    private final Connection connection;
    private final PreparedStatement insert;
    private final Optional<PreparedStatement> notification;

    private Writer(Connection connection, PreparedStatement insert, Optional<PreparedStatement> notification) {
        this.connection = connection;
        this.insert = insert;
        this.notification = notification;
    }

    /** @param notifying whether each transaction notifies the relay */
    static Writer connected(Servers servers, boolean notifying) throws SQLException {
        Connection connection = servers.connect();
        try {
            connection.setAutoCommit(false);
            return new Writer(
                    connection,
                    connection.prepareStatement(INSERT),
                    notifying ? Optional.of(connection.prepareStatement(NOTIFY)) : Optional.empty());
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
        if (notification.isPresent()) {
            notification.get().execute();
        }
        long askedNanos = System.nanoTime();
        connection.commit();
        moments.committed(number, askedNanos, System.nanoTime());
    }

    @Override
    public void close() throws SQLException {
        // Its statements end with it.
        connection.close();
    }
}
