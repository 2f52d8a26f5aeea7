package io.outboxrelay.debezium.rows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are to be deleted next, and which are gone. The source's thread adds, another takes some at a time and says what became
 * of them. Bounded: while what waits takes more than its bytes, no more rows are to be read; but of rows that are refused for some seconds
 * the oldest are given up instead, so that nobody waits for them. Time comes in
 * as {@link System#nanoTime}. Safe to use from both threads; nothing here waits.
 *
 * <p>Rows that somebody holds are found by halves: what cannot be deleted together is tried in smaller portions, and a row that
 * cannot be deleted alone is set aside, so that it keeps no other row waiting. What could not be deleted for long is tried further, but
 * keeps the log waiting no more.
 */
final class RowQueue {

    static final int PORTION_ROWS_MAX = 5_000;
    static final int HELD_ROWS_MAX = 5_000;

    /** An object of one string, and its reference. */
    private static final int OVERHEAD_BYTES = 48;

    private static final long HELD_RETRY_NANOS = 250_000_000;
    private static final long HELD_RETRY_MAX_NANOS = 8_000_000_000L;

    private final long bytesMax;
    private final long patienceNanos;
    private final long graceNanos;

    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    /** Taken from those that wait and refused; with the next ordinals, but never given up. */
    private final ArrayDeque<String> returned = new ArrayDeque<>();

    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long firstWaiting = 1;
    private long firstReturned;
    private long settled;
    private long waitingBytes;
    private int portionRows = PORTION_ROWS_MAX;
    private @Nullable Portion taken;
    private @Nullable Long refusedSinceNanos;
    private long heldRetryAtNanos;
    private long heldRetryNanos = HELD_RETRY_NANOS;
    private boolean heldLast;
    private long givenUp;

    /**
     * @param bytesMax how much the ids that wait may take, in bytes, besides one portion and those that are not settled
     * @param patienceNanos how long rows that cannot be deleted keep the log waiting
     * @param graceNanos how long they are refused before those are given up for which there is no room
     */
    RowQueue(long bytesMax, long patienceNanos, long graceNanos) {
        this.bytesMax = bytesMax;
        this.patienceNanos = patienceNanos;
        this.graceNanos = graceNanos;
    }

    /** A row that could not be deleted though it was tried alone. */
    private record Held(long ordinal, String id, long sinceNanos) {}

    /** @param again the row that was set aside before, or null where these are others */
    private record Portion(
            long first, List<String> ids, @Nullable Held again) {}

    synchronized void handedOn(long ordinal, String id) {
        long last = firstWaiting + waiting.size() - 1;
        if (ordinal != last + 1) {
            throw new IllegalArgumentException("row " + ordinal + " behind row " + last);
        }
        waiting.add(id);
        waitingBytes += sizeBytes(id);
    }

    /** @return whether there are more of them than before */
    synchronized boolean settled(long ordinal, long nowNanos) {
        boolean more = ordinal > settled;
        settled = Math.max(settled, ordinal);
        while (waitingBytes > bytesMax && firstWaiting <= settled && isRefusedFor(graceNanos, nowNanos)) {
            removeFirst();
            givenUp++;
        }
        return more;
    }

    /** Whether more rows are to be read: those that wait fit, or are given up. */
    synchronized boolean hasRoom(long nowNanos) {
        return waitingBytes <= bytesMax || isRefusedFor(graceNanos, nowNanos);
    }

    private boolean isRefusedFor(long nanos, long nowNanos) {
        return refusedSinceNanos != null && nowNanos - refusedSinceNanos >= nanos;
    }

    /** Whether no row up to this one keeps the log waiting. */
    synchronized boolean isDone(long ordinal, long nowNanos) {
        for (Held row : held) {
            if (row.ordinal() <= ordinal && nowNanos - row.sinceNanos() < patienceNanos) {
                return false;
            }
        }
        long lowest = returned.isEmpty() ? firstWaiting : firstReturned;
        if (taken != null && taken.again() == null) {
            lowest = Math.min(lowest, taken.first());
        }
        return ordinal < lowest || isRefusedFor(patienceNanos, nowNanos);
    }

    /** The next rows to delete together; none where there are none, or not yet. Answered by {@link #deleted} or {@link #refused}. */
    synchronized List<String> take(long nowNanos) {
        if (taken != null) {
            throw new IllegalStateException("the last ones are not answered for");
        }
        boolean others = !returned.isEmpty() || firstWaiting <= settled;
        if (!held.isEmpty() && nowNanos - heldRetryAtNanos >= 0 && !(heldLast && others)) {
            heldLast = true;
            Held first = held.element();
            taken = new Portion(first.ordinal(), List.of(first.id()), first);
            return taken.ids();
        }
        heldLast = false;
        boolean old = !returned.isEmpty();
        long first = old ? firstReturned : firstWaiting;
        List<String> ids = new ArrayList<>();
        while (ids.size() < portionRows && (old ? !returned.isEmpty() : firstWaiting <= settled)) {
            ids.add(old ? returned.remove() : removeFirst());
        }
        firstReturned = first + ids.size();
        if (!ids.isEmpty()) {
            taken = new Portion(first, ids, null);
        }
        return ids;
    }

    /** What was taken is gone. */
    synchronized void deleted() {
        if (answered().again() != null) {
            held.remove();
            heldRetryNanos = HELD_RETRY_NANOS;
            return;
        }
        refusedSinceNanos = null;
        portionRows = Math.min(PORTION_ROWS_MAX, portionRows * 2);
    }

    /**
     * What was taken could not be deleted.
     *
     * @param byRow whether one of the rows may be the reason, so that others could be deleted without it
     */
    synchronized void refused(boolean byRow, long nowNanos) {
        Portion back = answered();
        if (back.again() != null) {
            held.add(held.remove());
            // Each time costs the server a line in its log, where it is no lock that refuses.
            heldRetryNanos = Math.min(HELD_RETRY_MAX_NANOS, heldRetryNanos * 2);
            heldRetryAtNanos = nowNanos + heldRetryNanos;
            return;
        }
        if (byRow && back.ids().size() == 1 && held.size() < HELD_ROWS_MAX) {
            long since = refusedSinceNanos == null ? nowNanos : refusedSinceNanos;
            held.add(new Held(back.first(), back.ids().get(0), since));
            heldRetryAtNanos = nowNanos + heldRetryNanos;
            return;
        }
        if (refusedSinceNanos == null) {
            refusedSinceNanos = nowNanos;
        }
        if (byRow) {
            portionRows = Math.max(1, back.ids().size() / 2);
        }
        for (int i = back.ids().size() - 1; i >= 0; i--) {
            returned.addFirst(back.ids().get(i));
        }
        firstReturned = back.first();
    }

    /** Whether some rows could not be deleted when they were tried last. */
    synchronized boolean isHindered() {
        return refusedSinceNanos != null || !held.isEmpty();
    }

    /** Rows that are settled and stand, as far as they are not given up. */
    synchronized long rowsStanding() {
        int tried = taken == null || taken.again() != null ? 0 : taken.ids().size();
        return settled - firstWaiting + 1 + returned.size() + held.size() + tried;
    }

    /** Rows that will not be deleted any more, since this was asked last. */
    synchronized long takeGivenUp() {
        long taking = givenUp;
        givenUp = 0;
        return taking;
    }

    private Portion answered() {
        Portion was = taken;
        if (was == null) {
            throw new IllegalStateException("nothing was taken");
        }
        taken = null;
        return was;
    }

    private String removeFirst() {
        String id = waiting.remove();
        firstWaiting++;
        waitingBytes -= sizeBytes(id);
        return id;
    }

    private static long sizeBytes(String id) {
        return OVERHEAD_BYTES + 2L * id.length();
    }
}
