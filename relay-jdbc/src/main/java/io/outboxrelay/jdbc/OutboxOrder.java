package io.outboxrelay.jdbc;

/** What the order of publishing rests on. */
public enum OutboxOrder {
    /** The numbers of one sound sequence: events of one key arrive in the order in which their transactions took effect. */
    SEQUENCE,

    /** Nothing: rows are published at least once, in no promised order. The way out where no sound sequence can be had. */
    NONE
}
