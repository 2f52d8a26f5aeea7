package io.outboxrelay.polling;

/**
 * Lets rules decide, and notes on which reads and whether they decided otherwise than those of production. Decides on the
 * source's thread; may be asked from any.
 */
final class WatchedRules {
    private final ReaderRules rules;
    private volatile long top = Frontier.MINUS_INFINITY;
    private volatile long settled = Frontier.MINUS_INFINITY;
    private volatile boolean differed;

    WatchedRules(ReaderRules rules) {
        this.rules = rules;
    }

    ReaderRules watched() {
        ReaderRules right = ReaderRules.PRODUCTION;
        return rules.withCompleteness((page, settledUpTo) -> {
                    top = Math.max(top, page.lastNumber());
                    settled = settledUpTo;
                    boolean decision = rules.completeness().complete(page, settledUpTo);
                    differed |= decision != right.completeness().complete(page, settledUpTo);
                    return decision;
                })
                .withRuns((previous, next, frontier) -> {
                    boolean decision = rules.settled().runs().continues(previous, next, frontier);
                    differed |= decision != right.settled().runs().continues(previous, next, frontier);
                    return decision;
                });
    }

    /** Whether the last read began when everything that had been read before was settled. */
    boolean everythingSettled() {
        return settled != Frontier.MINUS_INFINITY && settled >= top;
    }

    /** Whether a decision differed from the right one. */
    boolean differed() {
        return differed;
    }
}
