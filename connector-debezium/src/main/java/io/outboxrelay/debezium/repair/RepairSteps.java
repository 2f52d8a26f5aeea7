package io.outboxrelay.debezium.repair;

/** Is told what a repair has done, on the repair's thread. */
public interface RepairSteps {

    /** @param said in words for people */
    void done(RepairStep step, String said);
}
