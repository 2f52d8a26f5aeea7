package io.outboxrelay.debezium;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Since when a log may hold something that is not confirmed, from looks at how far it was written and how far it was confirmed. What is
 * written there need not be an event: it is an upper bound. Used by one thread.
 */
final class UnconfirmedSince {

    /** Looks are seconds apart, and only those are kept that are not confirmed yet; beyond this, none is added. */
    private static final int LOOKS_MAX = 1_000;

    private record Look(long writtenLsn, long atNanos) {}

    private final ArrayDeque<Look> looks = new ArrayDeque<>();
    private @Nullable Look confirmed;

    /**
     * The log was written up to here, and confirmed up to there, when it was asked or later.
     *
     * @param atNanos as {@link System#nanoTime}, before it was asked
     */
    void seen(long writtenLsn, long confirmedLsn, long atNanos) {
        if (looks.size() < LOOKS_MAX) {
            looks.addLast(new Look(writtenLsn, atNanos));
        }
        while (!looks.isEmpty() && looks.getFirst().writtenLsn() <= confirmedLsn) {
            confirmed = looks.removeFirst();
        }
    }

    /**
     * As {@link System#nanoTime}; null where everything was confirmed when it was looked at last.
     *
     * @param beforeNanos what counts while nothing is known to have been confirmed since the first look
     */
    @Nullable
    Long sinceNanos(long beforeNanos) {
        return looks.isEmpty() ? null : confirmed == null ? (Long) beforeNanos : (Long) confirmed.atNanos();
    }
}
