package io.outboxrelay.bench.stage;

/** The arguments are wrong; the message says what is right. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
