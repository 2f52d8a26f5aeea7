package io.outboxrelay.bench;

/** The arguments are wrong; the message says what is right. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
