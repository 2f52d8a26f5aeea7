package io.outboxrelay.polling;

import java.util.List;

/**
 * Which gaps a read may leave out, and as long as what. Their numbers can only be used by transactions that are known; what
 * such a transaction wrote is invisible in every snapshot in which the transaction is still in progress. So a statement that
 * finds none of them ended, in its own snapshot, would find nothing in these gaps.
 *
 * @param upTo the gaps that end at or below this number
 * @param transactionIds of those who may fill them, 64 bits wide; empty when nothing may be left out
 */
record Dormancy(long upTo, List<Long> transactionIds) {

    static final Dormancy NONE = new Dormancy(Frontier.MINUS_INFINITY, List.of());

    Dormancy {
        transactionIds = List.copyOf(transactionIds);
    }

    boolean covers(NumberRange gap) {
        return gap.hi() <= upTo && !transactionIds.isEmpty();
    }
}
