package io.outboxrelay.debezium.repair;

import org.jspecify.annotations.Nullable;

/**
 * By what the rows that stand are put in order, which the log would have given them in.
 *
 * @param way what counts
 * @param column a column that rises with the rows, or null to take the one that the database numbers the rows by
 */
public record RowOrder(Way way, @Nullable String column) {

    /** What counts. */
    public enum Way {
        /** When transactions committed, where the server notes that, and numbers within one; else numbers. */
        AUTOMATIC,
        /** When transactions committed, and numbers within one. */
        COMMIT_TIMESTAMP,
        /** Numbers alone. */
        NUMBER,
        /** Nothing: rows of one key may be published in any order. */
        NONE
    }
}
