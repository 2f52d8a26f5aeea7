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

    /** What others may stand in the way of. */
    enum Step {
        READING,
        /** Reading what stands above all that was read before. */
        GOING_ON,
        SETTLING,
        /** That rows stand long enough to be read at all. */
        SEEING,
        TENDING
    }

    static final long WORTH_A_WORD_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String WORTH_A_WORD = TimeUnit.NANOSECONDS.toSeconds(WORTH_A_WORD_NANOS) + " s";

    private final String server;
    private final Patience patience;
    private volatile @Nullable Long busySinceNanos;
    private volatile @Nullable HeldUp reading;
    private volatile @Nullable HeldUp goingOn;
    private volatile @Nullable HeldUp settling;
    private volatile @Nullable HeldUp seeing;

    /**
     * Of one session.
     *
     * @param server the database, for people
     * @param patience how long the session lets the server take
     */
    SourceWatch(String server, Patience patience) {
        this.server = server;
        this.patience = patience;
    }

    /**
     * What stands in the way of a step.
     *
     * @param what cannot be done, for people
     * @param why the reason, for people
     * @param remedy what to do about it
     */
    record Obstacle(String what, String why, String remedy) {}

    private record HeldUp(Obstacle by, long sinceNanos) {}

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

    /** The step could not be done, and is tried again. */
    void heldUp(Step step, Obstacle by, long nowNanos) {
        if (step == Step.READING) {
            reading = again(reading, by, nowNanos);
        } else if (step == Step.GOING_ON) {
            goingOn = again(goingOn, by, nowNanos);
        } else if (step == Step.SETTLING) {
            settling = again(settling, by, nowNanos);
        } else if (step == Step.SEEING) {
            seeing = again(seeing, by, nowNanos);
        }
    }

    /** The step was done. */
    void done(Step step) {
        if (step == Step.READING) {
            reading = null;
        } else if (step == Step.GOING_ON) {
            goingOn = null;
        } else if (step == Step.SETTLING) {
            settling = null;
        } else if (step == Step.SEEING) {
            seeing = null;
        }
    }

    /**
     * What keeps rows from being read, or null.
     *
     * @param full whether nothing is taken from the source now: the window is full of rows that are not settled, a stop waits for them,
     *     or nothing can be published
     */
    @Nullable
    Failure hindrance(boolean full, long nowNanos) {
        if (busyNanos(nowNanos) >= WORTH_A_WORD_NANOS) {
            return Failure.of(
                    FailureKind.TRANSIENT,
                    "the database has not answered for " + WORTH_A_WORD + ", at " + server,
                    "see whether it is overloaded, or the network lost the connection: when the statement has taken "
                            + patience.statement().toMillis() / 1_000.0
                            + " s, the relay gives this connection up and makes another");
        }
        HeldUp unseen = seeing;
        if (unseen != null) {
            Obstacle by = unseen.by();
            return Failure.of(FailureKind.TRANSIENT, by.what() + ": " + by.why(), by.remedy());
        }
        HeldUp held = reading == null ? goingOn : reading;
        if (held != null && nowNanos - held.sinceNanos() >= WORTH_A_WORD_NANOS) {
            return hindrance(held.by(), "");
        }
        held = settling;
        if (full && held != null && nowNanos - held.sinceNanos() >= WORTH_A_WORD_NANOS) {
            return hindrance(held.by(), ", and nothing more is taken from it");
        }
        return null;
    }

    /** The words stay those of the first time, so that one hindrance is told once. */
    private static HeldUp again(@Nullable HeldUp before, Obstacle by, long nowNanos) {
        return before == null ? new HeldUp(by, nowNanos) : before;
    }

    private static Failure hindrance(Obstacle by, String further) {
        return Failure.of(
                FailureKind.TRANSIENT, by.what() + " for " + WORTH_A_WORD + further + ": " + by.why(), by.remedy());
    }
}
