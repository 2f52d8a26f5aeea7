package io.outboxrelay.demo;

import java.time.Duration;
import java.util.List;

/**
 * One moment of the demo, as the views show it.
 *
 * @param elapsed since the order service began
 * @param eventsPerSecond events that arrived in Kafka, over the last few seconds
 * @param latency from the commit, as its writer learned of it, to the receipt from Kafka
 * @param latest the last few records, the newest last
 */
record Snapshot(
        Duration elapsed,
        Counts counts,
        Pending pending,
        double eventsPerSecond,
        Latency latency,
        List<Arrival> latest) {
    Snapshot {
        latest = List.copyOf(latest);
    }

    /**
     * Events so far.
     *
     * @param written committed by the order service
     * @param rolledBack written and rolled back
     * @param published received from Kafka, each counted once
     * @param repeated received again
     * @param processed taken up by the consumer that deduplicates
     */
    record Counts(long written, long rolledBack, long published, long repeated, long processed) {}

    /**
     * What stands in the outbox table.
     *
     * @param oldest how long ago the oldest of these rows was committed; zero when there is none
     */
    record Pending(long rows, Duration oldest) {}
}
