package io.outboxrelay.jdbc;

import java.sql.Connection;

/**
 * Holds the settings against the database at start and says everything that is wrong at once, each problem with its remedy.
 * Used by one thread.
 */
public final class PostgresInspection {
    private final PostgresConnections connections;

    /** @param connections for the short second connection of the canary */
    public PostgresInspection(PostgresConnections connections) {
        this.connections = connections;
    }

    /**
     * Inspects within about 5 seconds.
     *
     * @param connection the session that will read the outbox; autocommit on; left as it was
     * @throws io.outboxrelay.failure.RelayException when the connection fails while inspecting
     */
    public Inspection inspect(Connection connection, InspectionRequest request) {
        throw new IllegalStateException("not yet: " + connections.settings() + connection + request);
    }
}
