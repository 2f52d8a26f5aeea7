package io.outboxrelay.source;

/** What is known of the sources of one relay, one after the other, over all of its life. Any thread may ask; waits for nothing. */
public interface SourceFigures {

    /**
     * For how long the source's thread has not gone round, in nanoseconds; 0 while there is none.
     *
     * @param nowNanos as {@link System#nanoTime}
     */
    long nanosSinceTurn(long nowNanos);

    /**
     * For how long the oldest event that is committed, and not yet published and settled, has been waiting, in nanoseconds; 0 when there
     * is none.
     *
     * @param nowNanos as {@link System#nanoTime}
     */
    long oldestPendingNanos(long nowNanos);

    /** What is so at the moment. */
    Levels levels();

    /**
     * What is so at the moment.
     *
     * @param pendingRows how many events are committed and not settled, as far as that is known
     * @param gaps stretches of sequence numbers that were passed over and may still appear
     * @param knowsCommitTimes whether the database says when an event's transaction committed
     * @param slotRetainedBytes how much of its log the database keeps for the relay; 0 where it keeps none
     * @param removal what became of published rows that the relay deletes behind what it confirms
     */
    record Levels(long pendingRows, int gaps, boolean knowsCommitTimes, long slotRetainedBytes, Removal removal) {

        /** Of a relay that deletes rows in no other way than by settling them, or not at all. */
        public Levels(long pendingRows, int gaps, boolean knowsCommitTimes, long slotRetainedBytes) {
            this(pendingRows, gaps, knowsCommitTimes, slotRetainedBytes, new Removal(0, 0, 0));
        }
    }

    /**
     * What became of published rows that the relay deletes behind what it confirms.
     *
     * @param deleted how many were deleted since the start
     * @param waiting how many are to be deleted
     * @param left how many are given up since the start, and stand until somebody deletes them
     */
    record Removal(long deleted, long waiting, long left) {}
}
