package io.outboxrelay.polling;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the source from getting on, for the loop to tell. Nothing of it ends the session: a statement without an answer
 * yet, locks of others that are in the way. The source's thread notes, the loop's thread asks.
 */
final class SourceWatch {

    /** What needs a lock that somebody else may hold. */
    enum Step {
        READING,
        DELETING,
        TENDING
    }

    static final long WORTH_A_WORD_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String WORTH_A_WORD = TimeUnit.NANOSECONDS.toSeconds(WORTH_A_WORD_NANOS) + " s";

    private final String server;
    private volatile @Nullable Long busySinceNanos;
    private volatile @Nullable HeldUp reading;
    private volatile @Nullable HeldUp deleting;

    /** @param server the database, for people */
    SourceWatch(String server) {
        this.server = server;
    }

    private record HeldUp(String table, String said, long sinceNanos) {}

    /** The server is asked for something. */
    void asked(long nowNanos) {
        busySinceNanos = nowNanos;
    }

    /** It has answered, whatever that is. */
    void answered() {
        busySinceNanos = null;
    }

    /** How long the server has been owing an answer; 0 when it owes none. */
    long busyNanos(long nowNanos) {
        Long since = busySinceNanos;
        return since == null ? 0 : nowNanos - since;
    }

    /** The step has met a lock of somebody else, and is tried again. */
    void heldUp(Step step, String table, String said, long nowNanos) {
        if (step == Step.READING) {
            reading = again(reading, table, said, nowNanos);
        } else if (step == Step.DELETING) {
            deleting = again(deleting, table, said, nowNanos);
        }
    }

    /** The step was done. */
    void done(Step step) {
        if (step == Step.READING) {
            reading = null;
        } else if (step == Step.DELETING) {
            deleting = null;
        }
    }

    /**
     * What keeps rows from being read, or null.
     *
     * @param full whether nothing more can be taken from the source before it has deleted what is published
     */
    @Nullable
    Failure hindrance(boolean full, long nowNanos) {
        if (busyNanos(nowNanos) >= WORTH_A_WORD_NANOS) {
            return Failure.of(
                    FailureKind.TRANSIENT,
                    "the database has not answered for " + WORTH_A_WORD + ", at " + server,
                    "see whether it is overloaded, or the network lost the connection: the relay soon gives this one up and"
                            + " makes another");
        }
        HeldUp lock = reading;
        if (lock != null && nowNanos - lock.sinceNanos() >= WORTH_A_WORD_NANOS) {
            return heldUp("nothing can be read from " + lock.table() + " for " + WORTH_A_WORD, lock);
        }
        lock = deleting;
        if (full && lock != null && nowNanos - lock.sinceNanos() >= WORTH_A_WORD_NANOS) {
            return heldUp(
                    "published rows cannot be deleted from " + lock.table() + " for " + WORTH_A_WORD
                            + ", and nothing more fits into the window",
                    lock);
        }
        return null;
    }

    private static HeldUp again(@Nullable HeldUp before, String table, String said, long nowNanos) {
        return before == null ? new HeldUp(table, said, nowNanos) : before;
    }

    private static Failure heldUp(String what, HeldUp lock) {
        return Failure.of(
                FailureKind.TRANSIENT, what + ": somebody holds a lock (" + lock.said() + ")", remedy(lock.table()));
    }

    /** How to find out who it is; those who wait for the same lock are not told apart from who holds it. */
    static String remedy(String table) {
        return "end the transaction that holds it, the oldest of SELECT pid, xact_start, state, query FROM pg_stat_activity"
                + " WHERE pid IN (SELECT pid FROM pg_locks WHERE relation = '" + table.replace("'", "''")
                + "'::regclass) ORDER BY xact_start; the relay goes on by itself";
    }
}
