package io.outboxrelay.debezium;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.SQLException;
import java.util.List;

/** What a connector threw. */
final class ConnectorFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ConnectorFailure(Throwable cause) {
        super(cause);
    }

    /** By what the database said, where it said anything; what else makes Debezium end is tried again. */
    RelayException classified(ConnectionSettings connection) {
        return new RelayException(failure(connection));
    }

    /** The same of one that had started: what is wrong with the settings is for the next start to say, completely. */
    RelayException whileReading(ConnectionSettings connection) {
        Failure failure = failure(connection);
        return new RelayException(
                failure.kind() == FailureKind.MISCONFIGURED
                        ? new Failure(FailureKind.TRANSIENT, failure.problems(), failure.cause())
                        : failure);
    }

    private Failure failure(ConnectionSettings connection) {
        Throwable root = this;
        for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return PostgresFailures.classify(sql, connection);
            }
            root = cause;
        }
        return new Failure(
                FailureKind.TRANSIENT,
                List.of(new Problem(
                        "Debezium ended: " + root, "the relay starts over; if it does not get on, see its log")),
                getCause());
    }
}
