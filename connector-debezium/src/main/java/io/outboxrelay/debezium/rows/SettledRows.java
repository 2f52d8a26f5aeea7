package io.outboxrelay.debezium.rows;

/**
 * What becomes of rows whose events are settled. Rows are told by ordinals, which count what one attempt has handed on, from 1. Used by
 * the source's thread only; no method waits for the database.
 */
public interface SettledRows extends AutoCloseable {

    /** The application's, to delete or to keep. */
    SettledRows OF_THE_APPLICATION = new SettledRows() {
        @Override
        public void handedOn(long ordinal, String id) {}

        @Override
        public boolean settled(long ordinal) {
            return true;
        }

        @Override
        public boolean isDone(long ordinal) {
            return true;
        }

        @Override
        public void close() {}
    };

    /** The next row was handed on. */
    void handedOn(long ordinal, String id);

    /**
     * The events of all rows up to this one are acknowledged: the table need not have these rows any longer.
     *
     * @return whether more rows may be handed on
     */
    boolean settled(long ordinal);

    /**
     * Whether nothing is left to be done to any row up to this one, which is settled: then its place in the log may be confirmed.
     *
     * @throws io.outboxrelay.failure.RelayException where nothing can be done any more in this attempt
     */
    boolean isDone(long ordinal);

    /** Nothing more is done to rows, but what is being done just now. Returns at once. */
    @Override
    void close();
}
