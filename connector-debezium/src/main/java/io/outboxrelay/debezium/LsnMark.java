package io.outboxrelay.debezium;

import java.util.Locale;

/**
 * A place in PostgreSQL's log: the end of a transaction.
 *
 * @param lsn as PostgreSQL counts it, unsigned
 */
record LsnMark(long lsn) implements LogMark {

    /** As PostgreSQL writes it: {@code 16/B374D848}. */
    @Override
    public String toString() {
        return Long.toHexString(lsn >>> 32).toUpperCase(Locale.ROOT)
                + '/'
                + Long.toHexString(lsn & 0xFFFF_FFFFL).toUpperCase(Locale.ROOT);
    }
}
