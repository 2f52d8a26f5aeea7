package io.outboxrelay.testkit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Compares what stands in Kafka with what was committed.
 *
 * <p>Order is judged for each key by the version that each record bears. After version <i>v</i> may come <i>v</i> + 1, or
 * any version up to <i>v</i>, which begins a re-run; the first must be 1. So {@code 1 2 3 2 3} is a repeat after a fault,
 * and {@code 1 3 2} and {@code 1 2 3 2 4} are disorder: a consumer that had not seen the first run would have skipped one.
 * All records of a key must stand in one partition. A phantom takes no part in the order.
 *
 * <p>Feed it every record of the topics from their beginning, in the order of each partition, once the history is final.
 * Belongs to one thread.
 */
public final class HistoryChecker {
    private static final int EXAMPLES_MAX = 10;

    private static final class KeyProgress {
        private final int partition;
        private final BitSet seen = new BitSet();
        private int last;

        KeyProgress(int partition) {
            this.partition = partition;
        }
    }

    private final CommittedHistory history;
    private final Expectation expectation;
    private final Map<String, KeyProgress> keys = new HashMap<>();
    private final List<String> examples = new ArrayList<>();
    private long published;
    private long phantom;
    private long reordered;
    private long repeated;

    /** A checker for records as {@link Expectation#standard()} has them. */
    public HistoryChecker(CommittedHistory history) {
        this(history, Expectation.standard());
    }

    /**
     * A checker.
     *
     * @throws IllegalStateException when the history is not final or not consistent
     */
    public HistoryChecker(CommittedHistory history, Expectation expectation) {
        history.requireConsistent();
        this.history = history;
        this.expectation = expectation;
    }

    /** Takes the next record of its partition. */
    public void accept(ConsumerRecord<byte[], byte[]> record) {
        Optional<UUID> id = Expectation.idOf(record);
        OrderEvent event = id.map(history::find).orElse(null);
        if (event == null) {
            phantom++;
            example(record, null, origin(id));
            return;
        }
        Optional<String> difference = expectation.difference(event, record);
        if (difference.isPresent()) {
            phantom++;
            example(record, event, difference.get());
            return;
        }
        order(record, event);
    }

    /** What is known after the records taken so far. */
    public Verdict verdict() {
        List<String> all = new ArrayList<>(examples);
        long lost = 0;
        for (OrderEvent event : history.events()) {
            KeyProgress progress = keys.get(event.key());
            if (progress == null || !progress.seen.get(event.version())) {
                lost++;
                if (lost <= EXAMPLES_MAX) {
                    all.add("lost: " + event);
                }
            }
        }
        return new Verdict(history.committedCount(), published, lost, phantom, reordered, repeated, all);
    }

    private void order(ConsumerRecord<byte[], byte[]> record, OrderEvent event) {
        KeyProgress progress = keys.computeIfAbsent(event.key(), key -> new KeyProgress(record.partition()));
        if (record.partition() != progress.partition) {
            reordered++;
            example(record, event, "its key began in partition " + progress.partition);
        } else if (event.version() > progress.last + 1) {
            reordered++;
            example(record, event, "comes after version " + progress.last);
        }
        progress.last = event.version();
        if (progress.seen.get(event.version())) {
            repeated++;
        } else {
            progress.seen.set(event.version());
            published++;
        }
    }

    private String origin(Optional<UUID> id) {
        if (id.isEmpty()) {
            return "bears no event id";
        }
        return history.isRolledBack(id.get()) ? "was rolled back" : "was never written";
    }

    private void example(ConsumerRecord<byte[], byte[]> record, @Nullable OrderEvent event, String fault) {
        if (examples.size() < EXAMPLES_MAX) {
            String what =
                    event == null ? Expectation.idOf(record).map(UUID::toString).orElse("?") : event.toString();
            examples.add(record.topic() + "-" + record.partition() + "@" + record.offset() + " " + fault + ": " + what);
        }
    }
}
