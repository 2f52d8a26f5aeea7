package io.outboxrelay.polling;

/**
 * The decisions on which reading in order stands or falls, in one place: those of reading by sequence, and the last of reading by
 * commit timestamp. The relay always runs with
 * {@link #PRODUCTION}; tests put a wrong rule in the place of one of them, through the package-private constructor of
 * PollingSource, to prove that the tests would notice.
 *
 * @param completeness when gaps may be dropped
 * @param settled what is done about rows that are settled
 * @param guard how a statement makes sure that it runs in the session which it believes to be in
 * @param dormancy when gaps may be left out of a read
 * @param rounds what a round lists
 */
record ReaderRules(
        CompletenessRule completeness, Settled settled, GuardRule guard, DormancyRule dormancy, Rounds rounds) {

    /** 4 MB of numbers; over a backlog of 10 million rows, 20 rounds. */
    private static final int ROUND_ROWS_MAX = 500_000;

    static final ReaderRules PRODUCTION = new ReaderRules(
            (page, settled) -> page.exhausted() || page.lastNumber() >= settled,
            new Settled((previous, next, frontier) -> next - 1 <= previous, PublishedExtent::after),
            token -> "CASE WHEN current_setting('outbox_relay.session', true) = '" + token + "' THEN true"
                    + " ELSE current_setting('outbox_relay.session_lost')::boolean END",
            (lookedThrough, capture) -> lookedThrough == capture,
            new Rounds(ROUND_ROWS_MAX, (visible, limit) -> visible + " ORDER BY ts NULLS FIRST, n LIMIT " + limit));

    ReaderRules withCompleteness(CompletenessRule rule) {
        return new ReaderRules(rule, settled, guard, dormancy, rounds);
    }

    ReaderRules withRuns(RunRule rule) {
        return new ReaderRules(completeness, new Settled(rule, settled.extent()), guard, dormancy, rounds);
    }

    ReaderRules withExtent(ExtentRule rule) {
        return new ReaderRules(completeness, new Settled(settled.runs(), rule), guard, dormancy, rounds);
    }

    ReaderRules withGuard(GuardRule rule) {
        return new ReaderRules(completeness, settled, rule, dormancy, rounds);
    }

    ReaderRules withDormancy(DormancyRule rule) {
        return new ReaderRules(completeness, settled, guard, rule, rounds);
    }

    ReaderRules withRounds(int rowsMax, RoundRule rule) {
        return new ReaderRules(completeness, settled, guard, dormancy, new Rounds(rowsMax, rule));
    }

    /**
     * What is done about rows that are settled.
     *
     * @param runs what a range delete may cover
     * @param extent what is stored where rows are kept
     */
    record Settled(RunRule runs, ExtentRule extent) {}

    /**
     * What a round lists.
     *
     * @param rowsMax rows, at most; not counted are those that were read already
     * @param rule which of those that are visible
     */
    record Rounds(int rowsMax, RoundRule rule) {}

    /**
     * Whether a read has seen every row that stands at or below a settled number, so that what is still in a gap there will
     * never come. Right: it ended by itself, neither by its limit of rows nor of bytes, or it went as far as that number.
     */
    @FunctionalInterface
    interface CompletenessRule {
        boolean complete(ReadExtent page, long settled);
    }

    /** Whether a range delete may go on from one settled number to the next higher. Right: only when nothing is between. */
    @FunctionalInterface
    interface RunRule {
        boolean continues(long previous, long next, Frontier frontier);
    }

    /**
     * How far publishing got once some rows are settled. Right: no further than they, and without what may still come below them
     * or was read and is not settled.
     */
    @FunctionalInterface
    interface ExtentRule {
        PublishedExtent after(PublishedExtent before, Frontier frontier, RowNumbers unsettled, int count);
    }

    /**
     * A boolean SQL expression for a WHERE clause. Right: true in the session that set the token, an error (42704) in every
     * other, for instance behind a pooler that changes sessions: there the table may look empty, or the settings be different.
     */
    @FunctionalInterface
    interface GuardRule {
        String condition(String token);
    }

    /**
     * Whether gaps may be left out as long as the captured holders are in progress. Right: only once a complete read, which
     * left out none, has followed upon the capture; before that, who has just ended may have left rows there.
     */
    @FunctionalInterface
    interface DormancyRule {
        boolean lookedThrough(int lookedThroughCapture, int capture);
    }

    /**
     * The statement that lists a round. Right: in the order of commit timestamps, then numbers, and limited after that: any row
     * that is left out then comes behind all of its key that are not.
     */
    @FunctionalInterface
    interface RoundRule {

        /**
         * @param visible a SELECT of a number {@code n} and a timestamp {@code ts} for every visible row
         * @param limit how many to list
         */
        String choose(String visible, int limit);
    }
}
