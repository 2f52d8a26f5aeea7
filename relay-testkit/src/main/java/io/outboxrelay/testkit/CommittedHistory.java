package io.outboxrelay.testkit;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the writers' transactions did: the truth that a topic is compared with.
 *
 * <p>An event is committed (the commit was acknowledged), rolled back (certainly), or unknown: the connection was lost
 * while the commit was under way. Unknown ones are never guessed; {@link OrderLedger} asks the database. A million events
 * take about 130 MB.
 *
 * <p>Safe to use from any thread. Counts are exact once the writers have stopped.
 */
public final class CommittedHistory {
    private final Map<UUID, OrderEvent> committed = new ConcurrentHashMap<>();
    private final Map<UUID, OrderEvent> unknown = new ConcurrentHashMap<>();
    private final Set<UUID> rolledBack = ConcurrentHashMap.newKeySet();

    /** Notes events whose commit was acknowledged at an instant of {@link System#nanoTime}. */
    public void committed(Collection<OrderEvent> events, long nanos) {
        for (OrderEvent event : events) {
            committed.put(event.id(), event.committedAt(nanos));
        }
    }

    /** Notes events that certainly never took effect. */
    public void rolledBack(Collection<OrderEvent> events) {
        for (OrderEvent event : events) {
            rolledBack.add(event.id());
        }
    }

    /** Notes events whose transaction may have committed or not. */
    public void unknown(Collection<OrderEvent> events) {
        for (OrderEvent event : events) {
            unknown.put(event.id(), event);
        }
    }

    public int committedCount() {
        return committed.size();
    }

    public int rolledBackCount() {
        return rolledBack.size();
    }

    public int unknownCount() {
        return unknown.size();
    }

    /** The committed event of that id; null when there is none. */
    public @Nullable OrderEvent find(UUID id) {
        return committed.get(id);
    }

    public boolean isRolledBack(UUID id) {
        return rolledBack.contains(id);
    }

    /** All committed events, in no order; a live view. */
    public Collection<OrderEvent> events() {
        return committed.values();
    }

    /**
     * Replaces what is unknown, and what a crash undid after it was acknowledged, by what the database says.
     *
     * @param inDatabase ids of all events whose transactions took effect
     * @throws IllegalStateException when the database knows an event that was never noted: this class would be wrong
     */
    Settlement settle(Set<UUID> inDatabase) {
        int found = 0;
        int absent = 0;
        for (OrderEvent event : unknown.values()) {
            if (inDatabase.contains(event.id())) {
                committed.put(event.id(), event.committedAt(System.nanoTime()));
                found++;
            } else {
                rolledBack.add(event.id());
                absent++;
            }
        }
        unknown.clear();
        List<OrderEvent> undone = committed.values().stream()
                .filter(event -> !inDatabase.contains(event.id()))
                .toList();
        rolledBack(undone);
        undone.forEach(event -> committed.remove(event.id()));
        for (UUID id : inDatabase) {
            if (!committed.containsKey(id)) {
                throw new IllegalStateException("event " + id + " took effect, but no writer noted its commit");
            }
        }
        return new Settlement(found, absent, undone.size());
    }

    /**
     * Checks that the committed versions of every key are exactly 1, 2, ..., n: otherwise nothing could be said about
     * order, and a verdict would be worth nothing.
     *
     * @throws IllegalStateException naming the first key that is not so, or when outcomes are unknown
     */
    public void requireConsistent() {
        if (!unknown.isEmpty()) {
            throw new IllegalStateException(unknown.size() + " events have an unknown outcome: settle first");
        }
        Map<String, BitSet> versions = new HashMap<>();
        for (OrderEvent event : committed.values()) {
            BitSet seen = versions.computeIfAbsent(event.key(), key -> new BitSet());
            if (event.version() < 1 || seen.get(event.version())) {
                throw new IllegalStateException(
                        "version " + event.version() + " of " + event.key() + " is there twice");
            }
            seen.set(event.version());
        }
        versions.forEach((key, seen) -> {
            if (seen.length() - 1 != seen.cardinality()) {
                throw new IllegalStateException("versions of " + key + " are not contiguous: " + seen);
            }
        });
    }

    /**
     * How open questions were answered.
     *
     * @param unknownCommitted events of unknown outcome that had taken effect
     * @param unknownRolledBack those that had not
     * @param undone events that were acknowledged and are gone: allowed after a crash with asynchronous commit only
     */
    public record Settlement(int unknownCommitted, int unknownRolledBack, int undone) {}
}
