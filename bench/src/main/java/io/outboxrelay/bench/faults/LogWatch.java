package io.outboxrelay.bench.faults;

import io.outboxrelay.testkit.RelayProcess;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notes when the relay says what is wrong, together with what to do about it. Belongs to one thread. */
final class LogWatch {
    private static final String REMEDY = " -> ";
    private static final int TOLD_MAX = 5;

    private final RelayProcess relay;
    private final List<String> words;
    private final int linesBefore;
    private final long begunNanos = System.nanoTime();
    private @Nullable Duration saidAfter;

    /**
     * From now on.
     *
     * @param words any of which will do
     */
    LogWatch(RelayProcess relay, List<String> words) {
        this.relay = relay;
        this.words = words;
        this.linesBefore = relay.lines().size();
    }

    /** To be called now and then. */
    void look() {
        if (saidAfter == null && relay.lines().stream().skip(linesBefore).anyMatch(this::says)) {
            saidAfter = Duration.ofNanos(System.nanoTime() - begunNanos);
        }
    }

    /** How long it took; null when it was not said up to the last look. */
    @Nullable
    Duration saidAfter() {
        return saidAfter;
    }

    /** What it says instead: everything with a remedy. */
    List<String> told() {
        return relay.lines().stream()
                .skip(linesBefore)
                .filter(line -> line.contains(REMEDY))
                .limit(TOLD_MAX)
                .toList();
    }

    private boolean says(String line) {
        int remedy = line.indexOf(REMEDY);
        return remedy >= 0 && words.stream().anyMatch(line.substring(0, remedy)::contains);
    }
}
