package io.outboxrelay.bench.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a fault goes.
 *
 * @param name as {@code --only} takes it
 * @param hold how long it lasts; zero when the relay is to get over it by itself, which is then timed from its beginning
 * @param claim what is promised
 * @param load under what
 */
record FaultPlan(String name, Duration hold, Claim claim, Load load) {
    /** From the end of a fault to the first event that was committed after it. */
    static final Duration SOON = Duration.ofSeconds(5);

    /** The same for connections that died without a word. */
    static final Duration HALF_OPEN = Duration.ofSeconds(30);

    private static final int EVENTS_PER_SECOND = 500;

    boolean healsByItself() {
        return hold.isZero();
    }

    /** An ordinary load: 500 events a second, and the relay's own settings. */
    static FaultPlan of(String name, Duration hold, Claim claim) {
        return new FaultPlan(name, hold, claim, new Load(EVENTS_PER_SECOND, Map.of()));
    }

    FaultPlan under(int eventsPerSecond, Map<String, String> settings) {
        return new FaultPlan(name, hold, claim, new Load(eventsPerSecond, settings));
    }

    /**
     * What is promised beyond that nothing is lost, invented, or out of order.
     *
     * @param recovery from the end of the fault to the arrival of the first event that was committed after it
     * @param said beginnings of what may stand in the log, any of them, together with a remedy, when nothing is published
     *     for long; none when publishing goes on
     */
    record Claim(Duration recovery, List<String> said) {
        Claim {
            said = List.copyOf(said);
        }
    }

    /**
     * What goes on meanwhile.
     *
     * @param eventsPerSecond that the order service commits
     * @param settings of the relay, beside those that it needs to find its servers
     */
    record Load(int eventsPerSecond, Map<String, String> settings) {
        Load {
            settings = Map.copyOf(settings);
        }
    }
}
