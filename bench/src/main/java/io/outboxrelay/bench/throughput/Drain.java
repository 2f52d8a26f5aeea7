package io.outboxrelay.bench.throughput;

import java.time.Duration;
import java.time.Instant;

/**
 * How a process emptied the outbox.
 *
 * @param events how many rows there were
 * @param startUp from the start of the process to the first record in Kafka
 * @param firstAt when the first record was seen in Kafka
 * @param duration from then until the last row was deleted
 * @param startUpCpuSeconds what the process used up to its first record
 * @param cpuSeconds what it used from its first record on
 * @param brokerCpuSeconds what this JVM used from then on, in which the broker is and little else
 * @param residentBytesPeak the most memory that it ever occupied
 * @param machineBusy how busy all processors were from the first record on, by whomever, from 0 to 1
 */
record Drain(
        long events,
        Duration startUp,
        Instant firstAt,
        Duration duration,
        double startUpCpuSeconds,
        double cpuSeconds,
        double brokerCpuSeconds,
        long residentBytesPeak,
        double machineBusy) {

    Instant emptyAt() {
        return firstAt.plus(duration);
    }

    double eventsPerSecond() {
        return events / (duration.toNanos() / 1e9);
    }

    double cpuSecondsPerMillion() {
        return cpuSeconds / events * 1e6;
    }

    double brokerCpuSecondsPerMillion() {
        return brokerCpuSeconds / events * 1e6;
    }

    double residentMegabytesPeak() {
        return residentBytesPeak / (double) (1 << 20);
    }
}
