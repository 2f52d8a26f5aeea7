package io.outboxrelay.failure;

import java.util.Locale;

/** Why an event can never be published as it is. What the relay then does is settled for each of them. */
public enum PoisonReason {
    /** It has no key, where every event must have one. */
    NULL_KEY("without a key, where `route.keyRequired` demands one"),
    /** Its columns yield no topic, or no time that a message can have. */
    UNROUTABLE("whose columns yield no valid topic, or no usable time"),
    /** It is larger than its topic, or the brokers, take. */
    TOO_LARGE("that are larger than their topic takes"),
    /** The brokers refuse what is in it: no key for a compacted topic, or against a policy of the cluster. */
    REFUSED("that the brokers refuse for what is in them, such as a missing key in a compacted topic");

    private final String events;

    PoisonReason(String events) {
        this.events = events;
    }

    /** In settings, metrics and headers: {@code too-large}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Which events it is about, to stand behind the word: {@code that are larger than their topic takes}. */
    public String events() {
        return events;
    }
}
