package io.outboxrelay.polling;

import java.util.HashSet;
import java.util.Set;

/**
 * Learns from who holds locks which gaps can never fill. {@code nextval} takes RowExclusiveLock on the sequence in the name of
 * the top transaction, which keeps it through savepoints and PREPARE until it ends. So when {@code top} was read and the
 * holders are listed <em>afterwards</em>, every number below {@code top} that may still appear belongs to one of them. When all
 * of these have ended, {@code top} as it was then is settled; what was drawn meanwhile does not matter.
 *
 * <p>PREPARE TRANSACTION gives a holder another name, under which it has no backend. A captured holder that vanished may live
 * on as any prepared holder that was not there <em>two</em> looks ago, so all of those are captured in its place. One look is not
 * enough: {@code pg_locks} collects locks backend by backend before the rest, so that a transaction which is prepared meanwhile
 * shows under both names at once, and at the next look its second name is nothing new.
 *
 * <p>Settled means that every such row is visible to a statement that <em>starts</em> now: gaps may be dropped only after a
 * read that starts later and covers them. Knows one session only; used by the source's thread only.
 */
final class GapSettling {

    private Set<LockHolder> captured = Set.of();
    private Set<LockHolder> previous = Set.of();
    private Set<LockHolder> beforePrevious = Set.of();
    private long capturedTop = Frontier.MINUS_INFINITY;
    private long settledUpTo = Frontier.MINUS_INFINITY;

    /**
     * Takes in a list of holders that was made after {@code top} was read.
     *
     * @param top the frontier's top when the list was asked for
     * @param holders everyone but this session who held a lock then
     */
    void observe(long top, Set<LockHolder> holders) {
        Set<LockHolder> now = Set.copyOf(holders);
        captured = remaining(now);
        if (captured.isEmpty()) {
            settledUpTo = capturedTop;
            captured = now;
            capturedTop = top;
        }
        if (captured.isEmpty()) {
            settledUpTo = capturedTop;
        }
        beforePrevious = previous;
        previous = now;
    }

    /** The highest number up to which nothing can appear that a read starting now would not see. Never falls. */
    long settledUpTo() {
        return settledUpTo;
    }

    private Set<LockHolder> remaining(Set<LockHolder> now) {
        if (now.containsAll(captured)) {
            return captured;
        }
        Set<LockHolder> remaining = new HashSet<>(captured);
        remaining.retainAll(now);
        for (LockHolder holder : now) {
            if (holder.prepared() && !beforePrevious.contains(holder)) {
                remaining.add(holder);
            }
        }
        return Set.copyOf(remaining);
    }
}
