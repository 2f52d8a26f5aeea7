package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.Expectation;
import io.outboxrelay.testkit.OrderEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the demo's consumer has received, and when it received it first. Memory grows with the events, which {@link
 * DemoOptions#EVENTS_MAX} bounds. Safe to use from any thread.
 */
final class Arrivals {
    private static final int LATEST_MAX = 8;
    /** Of so many events the live latency is made. */
    private static final int RECENT_MAX = 1_000;

    private final Map<UUID, Long> firstNanos = new HashMap<>();
    private final ArrayDeque<UUID> recent = new ArrayDeque<>();
    private final ArrayDeque<Arrival> latest = new ArrayDeque<>();
    private long records;
    private long lastNewNanos;

    /** Takes a record that was received now, an instant of {@link System#nanoTime}. */
    synchronized void accept(ConsumerRecord<byte[], byte[]> record, long nowNanos) {
        records++;
        addBounded(latest, Arrival.of(record), LATEST_MAX);
        Expectation.idOf(record).ifPresent(id -> {
            if (firstNanos.putIfAbsent(id, nowNanos) == null) {
                lastNewNanos = nowNanos;
                addBounded(recent, id, RECENT_MAX);
            }
        });
    }

    /** Different events so far. */
    synchronized long events() {
        return firstNanos.size();
    }

    /** Records so far that were no event's first. */
    synchronized long repeats() {
        return records - firstNanos.size();
    }

    /** When the last new event came; 0 before the first. */
    synchronized long lastNewNanos() {
        return lastNewNanos;
    }

    /** The last few records, the newest last. */
    synchronized List<Arrival> latest() {
        return List.copyOf(latest);
    }

    /** From commit to receipt, of the last thousand events. */
    Latency recentLatency(CommittedHistory history) {
        List<OrderEvent> events = new ArrayList<>();
        for (UUID id : recentIds()) {
            OrderEvent event = history.find(id);
            if (event != null) {
                events.add(event);
            }
        }
        return latency(events);
    }

    /** From commit to receipt, of these events; those that have not arrived are left out. */
    synchronized Latency latency(Iterable<OrderEvent> events) {
        List<Long> nanos = new ArrayList<>();
        for (OrderEvent event : events) {
            Long received = firstNanos.get(event.id());
            if (received != null) {
                // The relay can be faster than the writer, which notes its commit only when it has the answer.
                nanos.add(Math.max(0, received - event.committedNanos()));
            }
        }
        return Latency.of(nanos);
    }

    private synchronized List<UUID> recentIds() {
        return List.copyOf(recent);
    }

    private static <T> void addBounded(ArrayDeque<T> queue, T element, int max) {
        queue.addLast(element);
        if (queue.size() > max) {
            queue.removeFirst();
        }
    }
}
