package io.outboxrelay.failure;

/**
 * Every way in which relaying can go wrong, by what the relay does about it. A failure is classified once, at the edge where
 * it is first seen ({@code KafkaFailures}, {@code PostgresFailures}); inside, code returns or throws.
 */
public enum FailureKind {
    /** Something is away for a while: a broker, the database, a connection, enough replicas, a permission. */
    TRANSIENT("backs off with full jitter and tries again, for as long as it takes; gives up no row"),

    /** One row can never be published as it is: it cannot be routed, or the broker refuses it for good. */
    POISON(
            "stops before the row, with what came before it published and committed, or makes a dead letter of it, as the settings say"),

    /** Another relay owns the outbox. */
    FENCED("stops publishing at once, drops what is in flight and stands by"),

    /** History that was not published is no longer there to be read. */
    POSITION_LOST("stops; an operator decides"),

    /** The settings, or what they point at, cannot work. */
    MISCONFIGURED("refuses to start and lists every problem"),

    /** An invariant of the relay itself is broken. */
    BUG("ends the process, because nothing it would do next can be trusted");

    private final String reaction;

    FailureKind(String reaction) {
        this.reaction = reaction;
    }

    /** What the relay does about failures of this kind, as a phrase that continues "the relay ...". */
    public String reaction() {
        return reaction;
    }
}
