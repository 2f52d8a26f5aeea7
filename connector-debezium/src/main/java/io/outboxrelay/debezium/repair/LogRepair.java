package io.outboxrelay.debezium.repair;

/**
 * One database's way of beginning its log anew. Used by one thread; every method may throw {@link
 * io.outboxrelay.failure.RelayException}, which ends the repair: what was begun stays begun, no relay reads until a repair has ended, and the next
 * one starts the whole anew.
 *
 * <p>The order is {@link #plan}, {@link #begin}, everything that it returned published and acknowledged, {@link #finish}.
 */
public interface LogRepair extends AutoCloseable {

    /** Looks, as often as asked to, and changes nothing. */
    RepairPlan plan();

    /**
     * Notes durably that a repair has begun, then makes a new place in the log, and reads the table as of that place: every
     * transaction either stands in what is returned, or comes through the log from that place on, and none does both.
     *
     * @throws io.outboxrelay.failure.RelayException the plan's refusal, if it has one by now
     */
    StandingRows begin();

    /** Everything of {@link #begin} is published: stores the new place, then removes the note. Durable on return. */
    void finish();

    /** Lets go of everything, wherever it stands. */
    @Override
    void close();
}
