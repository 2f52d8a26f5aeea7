package io.outboxrelay.testkit;

import java.util.EnumMap;
import java.util.Map;

/** What transactions of real applications do around an outbox, each of them legal, each hard for some reader. */
public enum Habit {
    /** Lock the aggregate, raise its version, insert, commit. */
    PLAIN,
    /** The same, rolled back: its numbers are never used. */
    ROLLBACK,
    /** Rolled back to a savepoint, once or twice, and done again with new rows in the same transaction. */
    SAVEPOINT,
    /** Numbers drawn by hand long before the insert that uses them, so that nothing locks the table meanwhile; some never used. */
    NUMBER_FIRST,
    /** Inserted early, committed only after many others. */
    COMMIT_LATE,
    /** {@code PREPARE TRANSACTION}, then committed or rolled back by another connection, later. */
    PREPARED,
    /** Several aggregates in one transaction. */
    SEVERAL_AGGREGATES,
    /** Straight into a partition, past the partitioned table; a plain insert where the outbox has no partitions. */
    INTO_PARTITION;

    /** Every habit, with weights that leave most transactions plain. */
    public static Map<Habit, Integer> everything() {
        Map<Habit, Integer> weights = new EnumMap<>(Habit.class);
        for (Habit habit : values()) {
            weights.put(habit, 1);
        }
        weights.put(PLAIN, 6);
        weights.put(INTO_PARTITION, 2);
        return weights;
    }

    /** Plain transactions only. */
    public static Map<Habit, Integer> plainOnly() {
        return Map.of(PLAIN, 1);
    }
}
