package io.outboxrelay.jdbc;

/** What the order of publishing rests on. */
public enum OutboxOrder {
    /**
     * The numbers of one sound sequence: events of one key arrive in the order in which their transactions took effect, if these
     * lock their aggregate before they insert the event.
     */
    SEQUENCE,

    /**
     * The times at which the server noted that transactions committed ({@code track_commit_timestamp}): events of one key arrive in
     * the order in which their transactions took effect, if these lock their aggregate at any time before they commit, also after
     * they have inserted the event. Numbers only tell rows apart.
     */
    COMMIT_TIMESTAMP,

    /** Nothing: rows are published at least once, in no promised order. The way out where neither of the others can be had. */
    NONE;

    /** Whether rows are told apart by a number. */
    public boolean needsNumber() {
        return this != NONE;
    }
}
