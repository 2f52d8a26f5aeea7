package io.outboxrelay.bench;

import java.time.Duration;

/**
 * How a process emptied the outbox.
 *
 * @param events how many rows there were
 * @param startUp from the start of the process to the first record in Kafka
 * @param duration from the first record in Kafka until the last row was deleted
 * @param startUpCpuSeconds what the process used up to its first record
 * @param cpuSeconds what it used from its first record on
 * @param residentBytesPeak the most memory that it ever occupied
 */
record Drain(
        long events,
        Duration startUp,
        Duration duration,
        double startUpCpuSeconds,
        double cpuSeconds,
        long residentBytesPeak) {

    double eventsPerSecond() {
        return events / (duration.toNanos() / 1e9);
    }

    double cpuSecondsPerMillion() {
        return cpuSeconds / events * 1e6;
    }

    double residentMegabytesPeak() {
        return residentBytesPeak / (double) (1 << 20);
    }
}
