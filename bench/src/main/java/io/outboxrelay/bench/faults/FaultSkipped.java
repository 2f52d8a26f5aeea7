package io.outboxrelay.bench.faults;

/** A fault that cannot be brought about on this machine; the message says why, and what it would need. */
final class FaultSkipped extends Exception {
    private static final long serialVersionUID = 1;

    FaultSkipped(String message) {
        super(message);
    }
}
