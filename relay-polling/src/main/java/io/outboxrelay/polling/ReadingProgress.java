package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;

/**
 * The steps of reading by sequence, apart from any SQL: what a read asks for, what becomes of the numbers it brought, when a gap
 * is given up, which rows stand. Knows one session only; used by the source's thread only.
 */
final class ReadingProgress {

    private static final int GAPS_MANY = 256;
    private static final int GAPS_TOO_MANY = 1_024;
    private static final long NEAR = 48;

    private final Frontier frontier;
    private final GapSettling settling = new GapSettling();
    private final RowNumbers standing = new RowNumbers();
    private final ReaderRules rules;
    private final int gapsMax;

    /** The capture after which a read has looked into every gap. */
    private int lookedThroughCapture = -1;

    private boolean exhaustedOnce;

    /** When the last read began that saw every row that was visible then, but those read before. */
    private long sawAllNanos = OutboxRecord.COMMIT_UNKNOWN;

    /** Of a table of which nothing is known. */
    ReadingProgress(ReaderRules rules) {
        this(rules, PublishedExtent.NOTHING, Integer.MAX_VALUE);
    }

    /**
     * Of a table that is published so far.
     *
     * @param gapsMax with how many gaps nothing more is read above top; some more may come of the last read before
     */
    ReadingProgress(ReaderRules rules, PublishedExtent published, int gapsMax) {
        this.rules = rules;
        this.frontier = new Frontier(published);
        this.gapsMax = gapsMax;
    }

    /** Where rows can be that are not settled. */
    Pending.Places places() {
        long lowest = frontier.top() == Frontier.MINUS_INFINITY ? Frontier.MINUS_INFINITY : frontier.top() + 1;
        for (long number : standing.oldest(standing.size())) {
            lowest = Math.min(lowest, number);
        }
        long from = lowest;
        return new Pending.Places(
                frontier.gaps().stream().filter(gap -> gap.lo() < from).toList(), from);
    }

    /** What the next read asks for: its gaps, and everything above its top. */
    Frontier frontier() {
        return frontier;
    }

    /** The numbers that were read and are not settled. */
    RowNumbers standing() {
        return standing;
    }

    /** To be asked right before a read; goes to {@link #readEnded} with what the read brought. */
    ReadStart startRead() {
        boolean lookedThrough = rules.dormancy().lookedThrough(lookedThroughCapture, settling.capture());
        return new ReadStart(
                settling.settledUpTo(),
                settling.capture(),
                settling.capturedTop(),
                lookedThrough ? settling.dormancy() : Dormancy.NONE,
                frontier.gapCount() >= gapsMax);
    }

    /** A row of the current read, which come in ascending order. */
    void read(long number) {
        frontier.read(number);
        standing.add(number);
    }

    /** @param beganNanos when the read began, as {@link System#nanoTime} */
    void readEnded(ReadStart start, ReadExtent extent, long beganNanos) {
        exhaustedOnce |= extent.exhausted();
        if (extent.exhausted() && !start.gapsOnly()) {
            // A gap that was left out is one that nobody could have filled yet.
            sawAllNanos = beganNanos;
        }
        if (rules.completeness().complete(extent, start.settledUpTo())) {
            frontier.dropUpTo(start.settledUpTo());
        }
        if (start.dormancy().transactionIds().isEmpty() && rules.completeness().complete(extent, start.capturedTop())) {
            lookedThroughCapture = start.capture();
        }
    }

    /** Since when, at the earliest, what the next read brings has been visible; {@link OutboxRecord#COMMIT_UNKNOWN} where nobody knows. */
    long sawAllNanos() {
        return sawAllNanos;
    }

    /** Whether there is anything to be learnt from {@linkplain #looked looking} at who holds locks. */
    boolean needsLook() {
        return frontier.gapCount() > 0 || isNothingRead();
    }

    /**
     * Others hold these locks, listed after the last read returned.
     *
     * @return whether more is settled now than before
     */
    boolean looked(Look look) {
        long before = settling.settledUpTo();
        settling.observe(frontier.top(), look.holders());
        if (isNothingRead()) {
            // The table is empty. From now on what was drawn is a gap, which settles; without a top every read
            // would go through all deleted rows that vacuum cannot remove. After observe: who may fill this gap
            // is captured by the next look.
            frontier.raise(look.lastDrawn());
            settling.startOver();
        }
        return settling.settledUpTo() > before;
    }

    /** A read found the whole table empty, and none has found a row yet. */
    private boolean isNothingRead() {
        return exhaustedOnce && frontier.top() == Frontier.MINUS_INFINITY;
    }

    /** A row stands where none was looked for. The next read looks into every gap. */
    void reopen(long number) {
        frontier.reopen(number);
        lookedThroughCapture = -1;
        sawAllNanos = OutboxRecord.COMMIT_UNKNOWN;
    }

    DeletePlan planDelete(int count) {
        return DeletePlan.of(standing.oldest(count), frontier, rules.settled().runs());
    }

    /** How far publishing got when it got so far before, and the rows read longest ago are settled as well. */
    PublishedExtent extentAfter(PublishedExtent before, int count) {
        return rules.settled().extent().after(before, frontier, standing, count);
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
