package io.outboxrelay.debezium;

/** What a connector threw, for the {@link ChangeLog} to classify. */
final class ConnectorFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ConnectorFailure(Throwable cause) {
        super(cause);
    }
}
