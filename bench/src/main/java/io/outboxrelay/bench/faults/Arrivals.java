package io.outboxrelay.bench.faults;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.Expectation;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * When each event was first seen by a consumer that reaches the broker past the proxy. Reads on a thread of its own; the
 * methods may be called from any thread.
 */
final class Arrivals implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Set<UUID> ids = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedDeque<Sighting> sightings = new ConcurrentLinkedDeque<>();
    private final Thread thread;
    private volatile boolean ending;
    private volatile long lastNewNanos = System.nanoTime();
    private volatile long longestPauseNanos;

    private Arrivals(String bootstrapServers, String topicPrefix) {
        thread = new Thread(() -> read(bootstrapServers, topicPrefix), "arrivals");
        thread.setDaemon(true);
    }

    private record Sighting(UUID id, long nanos) {}

    static Arrivals watch(String bootstrapServers, String topicPrefix) {
        Arrivals arrivals = new Arrivals(bootstrapServers, topicPrefix);
        arrivals.thread.start();
        return arrivals;
    }

    int count() {
        return ids.size();
    }

    /** Forgets how long nothing new has come. */
    void restartPauses() {
        lastNewNanos = System.nanoTime();
        longestPauseNanos = 0;
    }

    /** Everything has come that was committed: no pause has begun. */
    void nothingIsDue() {
        lastNewNanos = System.nanoTime();
    }

    /** The longest time without a new event while one was due, up to now. */
    Duration longestPause() {
        return Duration.ofNanos(Math.max(longestPauseNanos, System.nanoTime() - lastNewNanos));
    }

    /**
     * How long after an instant the first event arrived that was committed after it; null when none did.
     *
     * @param history may still be growing: an event that is not noted yet does not count yet
     */
    @Nullable
    Duration firstCommittedAfter(long nanos, CommittedHistory history) {
        Long first = null;
        for (Sighting sighting : since(nanos)) {
            OrderEvent event = history.find(sighting.id());
            if (event != null && event.committedNanos() - nanos > 0) {
                first = sighting.nanos();
            }
        }
        return first == null ? null : Duration.ofNanos(first - nanos);
    }

    /** How long after an instant the last event arrived that was committed before it; zero when all had arrived. */
    Duration lastCommittedBefore(long nanos, CommittedHistory history) {
        for (Sighting sighting : since(nanos)) {
            OrderEvent event = history.find(sighting.id());
            if (event != null && event.committedNanos() - nanos <= 0) {
                return Duration.ofNanos(sighting.nanos() - nanos);
            }
        }
        return Duration.ZERO;
    }

    /** Lets the reading end, without waiting for it. */
    @Override
    public void close() {
        ending = true;
    }

    /** What came after an instant, the latest first. */
    private List<Sighting> since(long nanos) {
        List<Sighting> found = new ArrayList<>();
        Iterator<Sighting> latestFirst = sightings.descendingIterator();
        while (latestFirst.hasNext()) {
            Sighting sighting = latestFirst.next();
            if (sighting.nanos() - nanos <= 0) {
                break;
            }
            found.add(sighting);
        }
        return found;
    }

    private void read(String bootstrapServers, String topicPrefix) {
        try (TopicReader reader = TopicReader.ofPrefix(bootstrapServers, topicPrefix)) {
            while (!ending) {
                reader.readSome(POLL, this::note);
            }
        }
    }

    private void note(ConsumerRecord<byte[], byte[]> record) {
        long now = System.nanoTime();
        UUID id = Expectation.idOf(record).orElse(null);
        if (id != null && ids.add(id)) {
            sightings.add(new Sighting(id, now));
            longestPauseNanos = Math.max(longestPauseNanos, now - lastNewNanos);
            lastNewNanos = now;
        }
    }
}
