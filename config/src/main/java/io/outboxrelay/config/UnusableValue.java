package io.outboxrelay.config;

/** A value that cannot be used. Neither text ever holds the value of a secret. */
final class UnusableValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    UnusableValue(String what, String remedy) {
        super(what);
        this.remedy = remedy;
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String remedy() {
        return remedy;
    }
}
