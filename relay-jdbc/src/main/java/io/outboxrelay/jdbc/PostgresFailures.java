package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.sql.SQLException;

/** Says what the relay does about an error of PostgreSQL or its driver, and what an operator should do. */
public final class PostgresFailures {

    private PostgresFailures() {}

    /**
     * Classifies an error by its SQLSTATE.
     *
     * @param error what the driver threw
     * @param settings of the connection that it was thrown on or for; named in the message, without secrets
     */
    public static Failure classify(SQLException error, ConnectionSettings settings) {
        return Failure.of(FailureKind.TRANSIENT, settings.urlShown() + ": " + error.getMessage(), "", error);
    }
}
