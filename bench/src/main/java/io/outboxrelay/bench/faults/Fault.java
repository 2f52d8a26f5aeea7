package io.outboxrelay.bench.faults;

import java.sql.SQLException;

/** Something that goes wrong around the relay, and ends again. One object is one occurrence; it belongs to the trial's thread. */
interface Fault {
    /** What it is called, how long it lasts, and what the relay promises about it. */
    FaultPlan plan();

    /**
     * The servers, tables and settings that it happens to.
     *
     * @throws FaultSkipped when it cannot be brought about on this machine
     */
    FaultStage set(FaultServers servers) throws SQLException, FaultSkipped;

    /** Begins; it is in force when this returns. */
    void inject(FaultStage stage) throws SQLException;

    /** Ends; everything is as it should be when this returns, and it is the relay's turn. */
    void heal(FaultStage stage) throws SQLException;
}
