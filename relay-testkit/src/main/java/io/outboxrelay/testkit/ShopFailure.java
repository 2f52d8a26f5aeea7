package io.outboxrelay.testkit;

import java.sql.SQLException;
import java.util.Set;

/** What an error of the database means to a writer of the workload. */
enum ShopFailure {
    /** Connect again and go on; a commit under way has an unknown outcome. */
    CONNECTION_LOST,
    /** This transaction is rolled back, the next may work. */
    TRANSACTION_LOST,
    /** The workload itself is wrong. */
    FATAL;

    /** Of the driver, when a connection is lost in the middle of a batch. */
    private static final String MYSQL_STATEMENT_CLOSED = "S1009";

    private static final int MYSQL_LOCK_WAIT_TIMEOUT = 1205;

    static ShopFailure of(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        if (state.startsWith("08")
                || state.startsWith("57P")
                || state.equals("53300")
                || state.equals(MYSQL_STATEMENT_CLOSED)) {
            return CONNECTION_LOST;
        }
        // Serialization, deadlock, lock not available, cancelled, disk full.
        if (state.startsWith("40")
                || Set.of("55P03", "57014", "53100").contains(state)
                || failure.getErrorCode() == MYSQL_LOCK_WAIT_TIMEOUT) {
            return TRANSACTION_LOST;
        }
        return FATAL;
    }
}
