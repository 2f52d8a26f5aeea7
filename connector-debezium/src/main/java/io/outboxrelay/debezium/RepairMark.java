package io.outboxrelay.debezium;

import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The note that a repair has begun and has not ended, beside what is stored of a log. It is durable before a repair changes anything, and
 * goes once everything is stored: while it stands, what is stored and what the database has need not fit together, so no relay reads.
 *
 * @param key under which what is stored of the log stands; the note's own begins otherwise, so that it can be nobody's position
 */
public record RepairMark(String key) {

    private static final String PREFIX = "repair.";
    private static final String BEGUN = "1 begun ";

    /** When a repair was begun that has not ended, for people; null where there is none. */
    public @Nullable String standingIn(SortedMap<String, String> values) {
        String text = values.get(PREFIX + key);
        return text == null ? null : text.startsWith(BEGUN) ? text.substring(BEGUN.length()) : text;
    }

    /**
     * Before a relay uses what is stored.
     *
     * @throws RelayException POSITION_LOST where a repair was begun and has not ended
     */
    void refuseIfStandingIn(SortedMap<String, String> values) {
        String begun = standingIn(values);
        if (begun != null) {
            throw new RelayException(
                    FailureKind.POSITION_LOST,
                    "a repair was begun at " + begun + " and has not ended",
                    "if none is at work, run outbox-relay repair --config FILE again: it starts the whole anew; then start the relay");
        }
    }

    /** Durable on return. */
    public void put(StateStore store, Instant now) {
        store.put(PREFIX + key, BEGUN + now.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Durable on return. */
    public void remove(StateStore store) {
        store.remove(PREFIX + key);
    }
}
