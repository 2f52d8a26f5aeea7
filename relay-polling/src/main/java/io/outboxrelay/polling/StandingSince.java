package io.outboxrelay.polling;

import java.util.ArrayDeque;

/**
 * Since when the oldest of the rows has been waiting that were read and are not settled. Rows come and are settled in one order, and
 * their times are in another; a row that came before another and waits for less long than that one does not matter any more, so what
 * is kept is ascending in both. Used by the source's thread only.
 */
final class StandingSince {

    private record Waiting(long ordinal, long sinceNanos) {}

    private final ArrayDeque<Waiting> oldest = new ArrayDeque<>();
    private long read;
    private long settled;

    /** A row was read; ordinals count from 1. */
    void read(long ordinal, long sinceNanos) {
        read = ordinal;
        // Rows of one page mostly have one time: to keep the last of those is enough.
        while (!oldest.isEmpty() && oldest.getLast().sinceNanos() - sinceNanos >= 0) {
            oldest.removeLast();
        }
        oldest.addLast(new Waiting(ordinal, sinceNanos));
    }

    /** All rows up to and with this one are settled. */
    void settled(long ordinal) {
        settled = ordinal;
        while (!oldest.isEmpty() && oldest.getFirst().ordinal() <= ordinal) {
            oldest.removeFirst();
        }
    }

    /** How many rows are waiting. */
    long rows() {
        return read - settled;
    }

    /** Since when the one that waits longest does, as {@link System#nanoTime}; the given time when that is earlier, or none waits. */
    long earliest(long orNanos) {
        if (oldest.isEmpty()) {
            return orNanos;
        }
        long since = oldest.getFirst().sinceNanos();
        return since - orNanos < 0 ? since : orNanos;
    }
}
