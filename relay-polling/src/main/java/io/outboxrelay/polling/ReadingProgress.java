package io.outboxrelay.polling;

import java.util.Set;

/**
 * The steps of reading by sequence, apart from any SQL: what a read asks for, what becomes of the numbers it brought, when a gap
 * is given up, which rows stand. Knows one session only; used by the source's thread only.
 */
final class ReadingProgress {

    private static final int GAPS_MANY = 256;
    private static final int GAPS_TOO_MANY = 1_024;
    private static final long NEAR = 48;

    private final Frontier frontier = new Frontier();
    private final GapSettling settling = new GapSettling();
    private final RowNumbers standing = new RowNumbers();
    private final ReaderRules rules;

    ReadingProgress(ReaderRules rules) {
        this.rules = rules;
    }

    /** What the next read asks for: its gaps, and everything above its top. */
    Frontier frontier() {
        return frontier;
    }

    /** The numbers that were read and are not settled. */
    RowNumbers standing() {
        return standing;
    }

    /** Up to where nothing can appear that a read which starts now does not see; goes to {@link #readEnded} with that read. */
    long settledUpTo() {
        return settling.settledUpTo();
    }

    /** A row of the current read, which come in ascending order. */
    void read(long number) {
        frontier.read(number);
        standing.add(number);
    }

    /** @param settled what {@link #settledUpTo} said before the read started */
    void readEnded(ReadExtent extent, long settled) {
        if (rules.completeness().complete(extent, settled)) {
            frontier.dropUpTo(settled);
        }
    }

    /**
     * Others hold these locks, listed after the last read returned.
     *
     * @return whether more is settled now than before
     */
    boolean holders(Set<LockHolder> holders) {
        long before = settling.settledUpTo();
        settling.observe(frontier.top(), holders);
        return settling.settledUpTo() > before;
    }

    DeletePlan planDelete(int count) {
        return DeletePlan.of(standing.oldest(count), frontier, rules.runs());
    }

    /** The rows read longest ago are settled. */
    void settledOldest(int count) {
        standing.forgetOldest(count);
    }

    /** Lets gaps grow together, which takes that rows that are settled are gone. */
    void coalesce() {
        if (frontier.gapCount() <= GAPS_MANY) {
            return;
        }
        // Near neighbours first; should that not do, ever farther ones, so that the statement stays bounded.
        long[] numbers = standing.ascending();
        frontier.coalesce(numbers, NEAR);
        for (long far = 4 * NEAR; frontier.gapCount() > GAPS_TOO_MANY && far < Long.MAX_VALUE / 8; far *= 4) {
            frontier.coalesce(numbers, far);
        }
    }
}
