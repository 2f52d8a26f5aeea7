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
 * goes once everything is stored: while it stands, what is stored and what the database has need not fit together, so no relay reads. Once
 * all that stood is published it says which position is about to be stored; only where that one is stored is nothing left to do but to
 * remove the note. That slot and position fit says nothing: they may do so from before the repair.
 *
 * @param key under which what is stored of the log stands
 * @param note under which the note stands, where nobody's position can
 */
public record RepairMark(String key, String note) {

    private static final String BEGUN = "1 begun ";
    private static final String STORED = "1 stored ";

    /** That a repair was begun which has not ended, for people; null where there is none. */
    public @Nullable String standingIn(SortedMap<String, String> values) {
        String text = values.get(note);
        if (text == null) {
            return null;
        }
        return text.startsWith(STORED)
                ? "a repair was begun, has published what stood, and has not ended"
                : "a repair was begun at " + (text.startsWith(BEGUN) ? text.substring(BEGUN.length()) : text)
                        + " and has not ended";
    }

    /** Whether the note says that everything was published up to the very position that is stored. */
    public boolean isOfWhatIsStoredIn(SortedMap<String, String> values) {
        String stored = values.get(key);
        return stored != null && (STORED + stored).equals(values.get(note));
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
                    begun,
                    "if none is at work, run outbox-relay repair --config FILE again: it starts the whole anew, unless all was stored;"
                            + " then start the relay");
        }
    }

    /** Durable on return. */
    public void put(StateStore store, Instant now) {
        store.put(note, BEGUN + now.truncatedTo(ChronoUnit.SECONDS));
    }

    /**
     * Before what the repair began at is stored, and once all in front of it is published. Durable on return.
     *
     * @param position what is about to be stored under the key
     */
    public void putStored(StateStore store, String position) {
        store.put(note, STORED + position);
    }

    /** Durable on return. */
    public void remove(StateStore store) {
        store.remove(note);
    }
}
