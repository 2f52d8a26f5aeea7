package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.faults.FaultOutcome.Health;
import io.outboxrelay.bench.faults.FaultOutcome.Times;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds what was measured against what is promised.
 *
 * @param seed of the load, for whoever wants to see it again
 */
record FaultJudge(FaultPlan plan, long seed) {
    static final long RESIDENT_BYTES_MAX = 256L << 20;

    /** The loop parks for 50 ms at most; a machine of two busy cores may keep it waiting for its turn. */
    static final Duration STANDSTILL_MAX = Duration.ofSeconds(3);

    /** Publishing may pause for so long without a word. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(8);

    /** What did not hold, each in a sentence. */
    List<String> problems(Verdict verdict, Times times, Health health) {
        List<String> problems = new ArrayList<>();
        if (!verdict.isSound()) {
            problems.add("events are lost, invented or out of order, seed " + seed + ": " + verdict);
        }
        if (isLater(times.recovered(), plan.claim().recovery())) {
            problems.add("recovered after " + shown(times.recovered()) + ", promised are "
                    + shown(plan.claim().recovery()));
        }
        if (times.said() == null && (!plan.claim().said().isEmpty() || isLater(times.pause(), SILENCE_MAX))) {
            problems.add("nothing was published for " + shown(times.pause()) + ", and the log says none of "
                    + plan.claim().said() + " with a remedy");
        }
        if (health.residentBytesMax() > RESIDENT_BYTES_MAX) {
            problems.add("took " + (health.residentBytesMax() >> 20) + " MB of memory, promised are "
                    + (RESIDENT_BYTES_MAX >> 20));
        }
        if (health.residentBytesMax() == 0) {
            problems.add("how much memory it took could not be seen");
        }
        if (isLater(health.standstill(), STANDSTILL_MAX)) {
            problems.add("its loop did not go round for " + shown(health.standstill()));
        }
        if (health.exitStatus() != 0) {
            problems.add("ended with exit status " + health.exitStatus() + " when it was asked to stop");
        }
        return problems;
    }

    private static boolean isLater(@Nullable Duration time, Duration max) {
        return time == null || time.compareTo(max) > 0;
    }

    private static String shown(@Nullable Duration time) {
        return time == null ? "(never)" : time.toMillis() + " ms";
    }
}
