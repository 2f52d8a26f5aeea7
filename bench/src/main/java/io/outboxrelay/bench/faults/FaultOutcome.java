package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.ResultLine;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of a fault.
 *
 * @param fault its name
 * @param verdict on what stands in the topics
 * @param problems what was promised and did not hold, for people; empty when all held
 */
record FaultOutcome(String fault, Verdict verdict, Times times, Health health, List<String> problems) {
    static final List<String> HEADS = List.of(
            "fault",
            "events",
            "lost",
            "phantom",
            "reordered",
            "repeated",
            "recovered s",
            "caught up s",
            "said after s",
            "MB");

    FaultOutcome {
        problems = List.copyOf(problems);
    }

    /**
     * When things happened.
     *
     * @param recovered from the end of the fault to the first event that was committed after it; null when none came
     * @param caughtUp from the end of the fault to the last event that was committed before it
     * @param said from the beginning of the fault to the line in the log that says what is wrong; null when there was none
     * @param pause the longest time without a new event while one was due, from the beginning of the fault to the recovery
     */
    record Times(
            @Nullable Duration recovered,
            Duration caughtUp,
            @Nullable Duration said,
            Duration pause) {}

    /**
     * How the relay's process was meanwhile.
     *
     * @param residentBytesMax the most memory
     * @param standstill the longest time in which its loop did not go round
     * @param exitStatus of the stop by SIGTERM afterwards
     */
    record Health(long residentBytesMax, Duration standstill, int exitStatus) {}

    boolean held() {
        return problems.isEmpty();
    }

    /** Cells under {@link #HEADS}. */
    List<String> row() {
        return List.of(
                fault,
                Long.toString(verdict.committed()),
                Long.toString(verdict.lost()),
                Long.toString(verdict.phantom()),
                Long.toString(verdict.reordered()),
                Long.toString(verdict.repeated()),
                seconds(times.recovered()),
                seconds(times.caughtUp()),
                seconds(times.said()),
                Long.toString(health.residentBytesMax() >> 20));
    }

    ResultLine result() {
        return new ResultLine()
                .with("scenario", "faults")
                .with("fault", fault)
                .with("events", verdict.committed())
                .with("lost", verdict.lost())
                .with("phantom", verdict.phantom())
                .with("reordered", verdict.reordered())
                .with("repeated", verdict.repeated())
                .with("recoveredAfterMs", millis(times.recovered()))
                .with("caughtUpAfterMs", millis(times.caughtUp()))
                .with("saidAfterMs", millis(times.said()))
                .with("pauseMs", millis(times.pause()))
                .with("standstillMs", millis(health.standstill()))
                .with("rssMb", health.residentBytesMax() >> 20)
                .with("held", Boolean.toString(held()));
    }

    private static String seconds(@Nullable Duration time) {
        return time == null ? "-" : String.format(Locale.ROOT, "%.1f", time.toMillis() / 1e3);
    }

    /** -1 for what did not happen. */
    private static long millis(@Nullable Duration time) {
        return time == null ? -1 : time.toMillis();
    }
}
