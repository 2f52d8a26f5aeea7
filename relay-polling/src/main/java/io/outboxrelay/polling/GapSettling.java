package io.outboxrelay.polling;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
 * read that starts later and covers them.
 *
 * <p>While some of the captured go on, those who ended are visible to every read from then on, and those who go on are visible
 * to none; {@link #dormancy} says how a read can tell. Knows one session only; used by the source's thread only.
 */
final class GapSettling {

    private Set<LockHolder> captured = Set.of();
    private Set<LockHolder> previous = Set.of();
    private Set<LockHolder> beforePrevious = Set.of();
    private Map<LockHolder, Long> latest = Map.of();
    private int capture;
    private long capturedTop = Frontier.MINUS_INFINITY;
    private long settledUpTo = Frontier.MINUS_INFINITY;

    /**
     * Takes in a list of holders that was made after {@code top} was read.
     *
     * @param top the frontier's top when the list was asked for
     * @param holders everyone but this session who held a lock then, each with the id of its transaction
     */
    void observe(long top, Map<LockHolder, Long> holders) {
        Set<LockHolder> now = Set.copyOf(holders.keySet());
        latest = Map.copyOf(holders);
        Set<LockHolder> before = captured;
        captured = remaining(now);
        if (captured.isEmpty()) {
            settledUpTo = Math.max(settledUpTo, capturedTop);
            captured = now;
            capturedTop = top;
            capture++;
        } else if (!captured.equals(before)) {
            capture++;
        }
        if (captured.isEmpty()) {
            settledUpTo = capturedTop;
        }
        beforePrevious = previous;
        previous = now;
    }

    /** Captures anew at the next look, because there is a higher top to wait for and nothing below it to be settled before. */
    void startOver() {
        captured = Set.of();
    }

    /** The highest number up to which nothing can appear that a read starting now would not see. Never falls. */
    long settledUpTo() {
        return settledUpTo;
    }

    /** The number of the latest capture; another one whenever one of the captured has ended or was replaced. */
    int capture() {
        return capture;
    }

    /** The top at the latest capture, below which only the captured can fill a gap. */
    long capturedTop() {
        return capturedTop;
    }

    /**
     * What may be left out of a read, provided that a complete read which started after the latest {@link #capture} was made
     * found what those left behind who had ended by then.
     */
    Dormancy dormancy() {
        List<Long> ids = captured.stream()
                .map(holder -> latest.getOrDefault(holder, Look.ID_UNKNOWN))
                .toList();
        return ids.contains(Look.ID_UNKNOWN) ? Dormancy.NONE : new Dormancy(capturedTop, ids);
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
