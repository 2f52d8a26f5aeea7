package io.outboxrelay.testkit;

import java.time.Duration;
import java.util.Map;

/**
 * What {@link OrderService} does. The same seed gives each writer the same decisions; how they interleave is up to the
 * machine.
 *
 * @param writers threads with a connection each, at least 1
 * @param seed print it when a test fails
 * @param shape what the events look like
 * @param pace how much and how fast
 * @param manners what transactions do
 */
public record Workload(int writers, long seed, Shape shape, Pace pace, Manners manners) {
    public Workload {
        if (writers < 1) {
            throw new IllegalArgumentException("a workload needs a writer");
        }
    }

    /**
     * What transactions do.
     *
     * @param habits by weight
     * @param insertFirst whether events are inserted before their aggregate is locked, as ORMs do that flush inserts before
     *     updates: then the order of their numbers is not the order in which the transactions took effect
     */
    public record Manners(Map<Habit, Integer> habits, boolean insertFirst) {
        public Manners {
            if (habits.values().stream().mapToInt(Integer::intValue).sum() < 1) {
                throw new IllegalArgumentException("a workload needs a habit");
            }
            habits = Map.copyOf(habits);
        }
    }

    /**
     * What the events look like.
     *
     * @param aggregates how many keys; a few of them are hot
     * @param eventsPerTransactionMax at most so many for one aggregate in one transaction, at least 1
     * @param paddingBytes how much every payload is lengthened
     */
    public record Shape(int aggregates, int eventsPerTransactionMax, int paddingBytes) {
        public Shape {
            if (aggregates < 1 || eventsPerTransactionMax < 1 || paddingBytes < 0) {
                throw new IllegalArgumentException("not a shape: " + aggregates + ", " + eventsPerTransactionMax);
            }
        }
    }

    /**
     * How much and how fast.
     *
     * @param eventsMax ends by itself after so many committed events; 0 for not at all
     * @param eventsPerSecond at most so many are begun; 0 for as fast as it goes
     * @param lateCommitMax how long a transaction is held open at most by {@link Habit#COMMIT_LATE} and its like
     * @param unrelatedOpen how long a transaction of a key of its own stays open, over and over; zero for none
     */
    public record Pace(long eventsMax, int eventsPerSecond, Duration lateCommitMax, Duration unrelatedOpen) {}

    /** Every habit, 8 writers, 200 aggregates, until stopped, as fast as it goes, a transaction open for 20 seconds. */
    public static Workload everything(long seed) {
        Pace pace = new Pace(0, 0, Duration.ofMillis(20), Duration.ofSeconds(20));
        return new Workload(8, seed, new Shape(200, 3, 0), pace, new Manners(Habit.everything(), false));
    }

    /** Plain transactions only, 4 writers, 200 aggregates, until stopped, as fast as it goes. */
    public static Workload plain(long seed) {
        Pace pace = new Pace(0, 0, Duration.ofMillis(20), Duration.ZERO);
        return new Workload(4, seed, new Shape(200, 3, 0), pace, new Manners(Habit.plainOnly(), false));
    }

    public Workload withWriters(int count) {
        return new Workload(count, seed, shape, pace, manners);
    }

    public Workload withShape(Shape other) {
        return new Workload(writers, seed, other, pace, manners);
    }

    public Workload withHabits(Map<Habit, Integer> weights) {
        return new Workload(writers, seed, shape, pace, new Manners(weights, manners.insertFirst()));
    }

    /** Events are inserted before their aggregate is locked. */
    public Workload withInsertsFirst() {
        return new Workload(writers, seed, shape, pace, new Manners(manners.habits(), true));
    }

    /** Ends by itself after so many committed events. */
    public Workload withEventsMax(long events) {
        Pace limited = new Pace(events, pace.eventsPerSecond(), pace.lateCommitMax(), pace.unrelatedOpen());
        return new Workload(writers, seed, shape, limited, manners);
    }

    public Workload withEventsPerSecond(int rate) {
        Pace limited = new Pace(pace.eventsMax(), rate, pace.lateCommitMax(), pace.unrelatedOpen());
        return new Workload(writers, seed, shape, limited, manners);
    }

    /** How long the unrelated transaction stays open; zero for none. */
    public Workload withUnrelatedOpen(Duration time) {
        Pace other = new Pace(pace.eventsMax(), pace.eventsPerSecond(), pace.lateCommitMax(), time);
        return new Workload(writers, seed, shape, other, manners);
    }

    /** How long a transaction is held open at most by {@link Habit#COMMIT_LATE} and its like. */
    public Workload withLateCommitMax(Duration time) {
        Pace other = new Pace(pace.eventsMax(), pace.eventsPerSecond(), time, pace.unrelatedOpen());
        return new Workload(writers, seed, shape, other, manners);
    }
}
