package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.HistoryChecker;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Every record that a source delivered, in order, as if it had been published to topics of one partition. Routed by the only
 * column asked for, the aggregate type. Safe to use from any thread.
 */
final class Sightings {
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    synchronized void add(OutboxRecord record) {
        String topic = "outbox.event." + record.columns().get(0);
        ConsumerRecord<byte[], byte[]> sighting =
                new ConsumerRecord<>(topic, 0, records.size(), record.key(), record.payload());
        sighting.headers().add("id", record.id().getBytes(StandardCharsets.UTF_8));
        records.add(sighting);
        ids.add(record.id());
        notifyAll();
    }

    synchronized int count() {
        return records.size();
    }

    /** Waits until an event was delivered; false when it was not within the bound. */
    synchronized boolean await(OrderEvent event, Duration bound) throws InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!ids.contains(event.id().toString())) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /**
     * Waits until all that was committed was delivered; false once nothing new came for so long.
     *
     * @param history final
     */
    synchronized boolean awaitAll(CommittedHistory history, Duration quiet) throws InterruptedException {
        Set<String> missing = new HashSet<>();
        history.events().forEach(event -> missing.add(event.id().toString()));
        long newestNanos = System.nanoTime();
        int seen = -1;
        while (true) {
            missing.removeAll(ids);
            if (missing.isEmpty()) {
                return true;
            }
            if (records.size() != seen) {
                seen = records.size();
                newestNanos = System.nanoTime();
            }
            long left = newestNanos + quiet.toNanos() - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Compares what was delivered with what was committed. */
    synchronized Verdict verdict(CommittedHistory history) {
        HistoryChecker checker = new HistoryChecker(history);
        records.forEach(checker::accept);
        return checker.verdict();
    }
}
