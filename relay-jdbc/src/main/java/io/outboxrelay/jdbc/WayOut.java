package io.outboxrelay.jdbc;

/** The setting that does without a sound sequence, as every remedy for an unsound one names it: a comment behind the SQL. */
final class WayOut {
    /** The phrase inside a comment that is already there. */
    static final String OR_ORDER_NONE =
            "; or set outbox.order=none, which gives up the order of events per key and reads the whole table in rounds";

    /** The phrase as a comment of its own. */
    static final String ORDER_NONE = " --" + OR_ORDER_NONE.substring(1);

    private WayOut() {}
}
