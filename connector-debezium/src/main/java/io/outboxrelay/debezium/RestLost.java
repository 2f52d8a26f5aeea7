package io.outboxrelay.debezium;

import io.outboxrelay.failure.Failure;

/** What comes next in a log cannot be read; what came before is good, and is published and confirmed before anybody is told. */
final class RestLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    RestLost(Failure failure) {
        super(failure.toString(), failure.cause());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
