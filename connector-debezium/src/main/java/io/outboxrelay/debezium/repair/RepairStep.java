package io.outboxrelay.debezium.repair;

/** The points between which a repair may end by a crash, in their order. */
public enum RepairStep {
    /** The note stands: no relay reads any more. Nothing else is changed. */
    MARKED,
    /** The old place is given up, if there was one. */
    DROPPED,
    /** The new place is made, and nothing is published yet. */
    CREATED,
    /** The new place is stored, and the note still stands. */
    STORED,
    /** The note is gone. */
    ENDED
}
