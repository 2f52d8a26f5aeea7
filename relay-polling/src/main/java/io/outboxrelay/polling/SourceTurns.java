package io.outboxrelay.polling;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the source's thread gets on, over all sessions of a relay's life. It goes round at least once in {@link #PAUSE_MAX}, but for
 * what the database takes for its answers, each of which is bounded. Noted by the thread, asked by any.
 */
public final class SourceTurns {

    /** For so long it rests at most. */
    static final Duration PAUSE_MAX = Duration.ofMinutes(1);

    /** A thread that was given up may end after the next one has begun. */
    private record Turn(long session, long atNanos) {}

    private volatile @Nullable Turn last;

    /**
     * How long ago the thread began its latest round, or began to connect, in nanoseconds; 0 while there is no thread.
     *
     * @param nowNanos as {@link System#nanoTime}
     */
    public long nanosSince(long nowNanos) {
        Turn turn = last;
        return turn == null ? 0 : Math.max(0, nowNanos - turn.atNanos());
    }

    void turns(long session, long nowNanos) {
        Turn before = last;
        if (before == null || before.session() <= session) {
            last = new Turn(session, nowNanos);
        }
    }

    void ended(long session) {
        Turn before = last;
        if (before != null && before.session() == session) {
            last = null;
        }
    }
}
