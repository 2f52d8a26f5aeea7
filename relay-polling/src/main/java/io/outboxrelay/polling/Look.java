package io.outboxrelay.polling;

import java.util.Map;

/**
 * What one statement showed of the outbox's sequence and of who holds a lock on it or on the table.
 *
 * @param holders everyone but this session, with the transaction's id, or {@link #ID_UNKNOWN}
 * @param lastDrawn the last number that was drawn from the sequence
 */
record Look(Map<LockHolder, Long> holders, long lastDrawn) {

    /** Of a transaction that has no id yet because it wrote nothing, or whose id did not show. */
    static final long ID_UNKNOWN = 0;

    Look {
        holders = Map.copyOf(holders);
    }
}
