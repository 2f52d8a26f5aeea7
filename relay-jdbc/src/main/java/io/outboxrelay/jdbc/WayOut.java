package io.outboxrelay.jdbc;

/** The settings that do without a sound sequence, as every remedy for an unsound one names them: a comment behind the SQL. */
final class WayOut {
    /** The phrase inside a comment that is already there. */
    static final String OR_ORDER_NONE =
            "; or set outbox.order=none, which gives up the order of events per key, reads the whole table in rounds, and does not go with outbox.retention=keep";

    /** The phrase as a comment of its own. */
    static final String ORDER_NONE = " --" + OR_ORDER_NONE.substring(1);

    private static final String OR_OTHER_ORDER =
            "; or set outbox.order=commit-timestamp, which needs track_commit_timestamp = on at the server and numbers that are unique"
                    + " and nothing else, or outbox.order=none, which gives up the order of events per key; both read the whole table in rounds, and do not go with outbox.retention=keep";

    private WayOut() {}

    /** The phrase inside a comment, where it is the source of the numbers that is unsound. */
    static String orOther(FoundTable table) {
        return table.hasChildren() ? OR_ORDER_NONE : OR_OTHER_ORDER;
    }

    /** The same as a comment of its own. */
    static String other(FoundTable table) {
        return " --" + orOther(table).substring(1);
    }
}
