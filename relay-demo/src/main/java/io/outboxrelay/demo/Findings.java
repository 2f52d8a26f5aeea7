package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a run came to.
 *
 * @param topics what the topics hold, compared with what the transactions did
 * @param warehouseFault what is wrong with the books of the consumer that deduplicates; empty when nothing is
 * @param time from the start of the order service to the arrival of the last event
 * @param latency of all events
 */
record Findings(Verdict topics, Optional<String> warehouseFault, Duration time, Latency latency) {
    private static final int EXIT_SOUND = 0;
    private static final int EXIT_UNSOUND = 1;

    boolean isSound() {
        return topics.isSound() && warehouseFault.isEmpty();
    }

    int exitStatus() {
        return isSound() ? EXIT_SOUND : EXIT_UNSOUND;
    }

    /** The line for scripts. */
    String resultLine() {
        double seconds = time.toMillis() / 1000.0;
        return String.format(
                Locale.ROOT,
                "RESULT committed=%d published=%d lost=%d phantom=%d reordered=%d repeated=%d"
                        + " seconds=%.1f eventsPerSecond=%.0f p50Ms=%.1f p99Ms=%.1f",
                topics.committed(),
                topics.published(),
                topics.lost(),
                topics.phantom(),
                topics.reordered(),
                topics.repeated(),
                seconds,
                seconds == 0 ? 0 : topics.published() / seconds,
                latency.p50Millis(),
                latency.p99Millis());
    }

    /** What a person wants to know, and the line for scripts at the end. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        if (topics.isSound()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "Kafka holds all %,d committed events, in order per key, and nothing else.",
                    topics.committed()));
        } else {
            lines.add("Kafka does NOT hold what was committed:");
            topics.examples().forEach(example -> lines.add("  " + example));
        }
        lines.add(warehouseFault
                .map(fault -> "The deduplicating consumer's books are WRONG: " + fault)
                .orElse("The deduplicating consumer applied each once; its orders equal the shop's."));
        lines.add(resultLine());
        return lines;
    }

    /** Compares the books of the warehouse with what was committed. */
    static Optional<String> warehouseFault(CommittedHistory history, Warehouse.Books books) {
        if (books.eventIds() != history.committedCount()) {
            return Optional.of("processed " + books.eventIds() + " event ids of " + history.committedCount());
        }
        Map<String, Long> versions = new HashMap<>();
        for (OrderEvent event : history.events()) {
            versions.merge(event.key(), (long) event.version(), Math::max);
        }
        long differing = versions.entrySet().stream()
                .filter(order -> !order.getValue().equals(books.versions().get(order.getKey())))
                .count();
        if (differing > 0) {
            return Optional.of(differing + " of " + versions.size() + " orders have another version than in the shop");
        }
        if (books.versions().size() > versions.size()) {
            return Optional.of((books.versions().size() - versions.size()) + " orders are not in the shop");
        }
        return books.skipped() == 0
                ? Optional.empty()
                : Optional.of(books.skipped() + " versions were not reached one by one");
    }
}
