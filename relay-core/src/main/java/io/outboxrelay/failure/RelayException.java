package io.outboxrelay.failure;

/** Carries a classified {@link Failure} to the loop. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public RelayException(Failure failure) {
        super(failure.toString(), failure.cause());
        this.failure = failure;
    }

    public RelayException(FailureKind kind, String what, String remedy) {
        this(Failure.of(kind, what, remedy));
    }

    public Failure failure() {
        return failure;
    }
}
