package io.outboxrelay.poison;

/** What becomes of an event that can never be published. */
public enum PoisonAction {
    /** The relay stops in front of it. */
    HALT,
    /** It is published to a topic of its own kind, and those behind it go on. */
    DEAD_LETTER
}
