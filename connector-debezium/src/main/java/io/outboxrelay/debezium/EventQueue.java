package io.outboxrelay.debezium;

import io.debezium.pipeline.DataChangeEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * What Debezium has read and the relay has not taken yet, bounded in records and bytes. Debezium's own queue gives nothing away before
 * its poll interval has passed, of which it spends the last millisecond in asking for the time; this one wakes whoever waits. One event is
 * given away at once; where many come, they are given together. Filled by Debezium's thread, emptied by the source's.
 */
final class EventQueue {

    /** How many events are given away at a time. */
    static final int BATCH_MAX = 2_048;
    /** How many wait before Debezium stops reading. */
    static final int EVENTS_MAX = 8_192;

    /** So many at a time are many: the next ones are waited for. */
    private static final int MANY = 64;

    private static final Map<String, EventQueue> OPEN = new ConcurrentHashMap<>();

    private final String connector;
    private final long bytesMax;
    private final Waits waits;
    private final Deque<Held> events = new ArrayDeque<>();
    private Consumer<SourceRecord> check = record -> {};
    private long bytes;
    private @Nullable Thread waiting;
    private int waitingFor;
    private int lastTaken;

    private EventQueue(String connector, long bytesMax, Waits waits) {
        this.connector = connector;
        this.bytesMax = bytesMax;
        this.waits = waits;
    }

    private record Held(DataChangeEvent event, long bytes) {}

    /**
     * How long whoever takes events waits.
     *
     * @param silent for the first one
     * @param filling for more of them, where there are many
     */
    record Waits(Duration silent, Duration filling) {

        static final Waits DEFAULT = new Waits(Duration.ofMillis(20), Duration.ofMillis(5));
    }

    /**
     * The queue of a connector that is about to start, which finds it by its name.
     *
     * @param connector no two of a process may have the same name at once
     * @param bytesMax once the events take more, Debezium stops reading
     */
    static EventQueue open(String connector, long bytesMax, Waits waits) {
        EventQueue queue = new EventQueue(connector, bytesMax, waits);
        OPEN.put(connector, queue);
        return queue;
    }

    /** @throws IllegalStateException where none is open for a connector of this name */
    static EventQueue of(@Nullable String connector) {
        EventQueue queue = connector == null ? null : OPEN.get(connector);
        if (queue == null) {
            throw new IllegalStateException("nobody waits for what connector " + connector + " reads");
        }
        return queue;
    }

    /** Its connector has ended, or will not find it any more. */
    void close() {
        OPEN.remove(connector, this);
    }

    /** Asked of each record before it is added, by the thread that adds it. To be called before there is such a thread. */
    void checkedBy(Consumer<SourceRecord> theCheck) {
        check = theCheck;
    }

    void add(DataChangeEvent event) {
        check.accept(event.getRecord());
        hold(event);
    }

    private synchronized void hold(DataChangeEvent event) {
        Held held = new Held(event, event.objectSize());
        events.add(held);
        bytes += held.bytes();
        if (waiting != null && has(waitingFor)) {
            LockSupport.unpark(waiting);
            waiting = null;
        }
    }

    /** The first event, or null. */
    synchronized @Nullable DataChangeEvent poll() {
        Held first = events.poll();
        if (first == null) {
            return null;
        }
        bytes -= first.bytes();
        return first.event();
    }

    /** How many events wait; as many as may, where they take all the room that they may. */
    synchronized int size() {
        return isFullOfBytes() ? EVENTS_MAX : events.size();
    }

    /**
     * The first events, of which there may be none after a while, or when the thread is unparked.
     *
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    List<SourceRecord> take() throws InterruptedException {
        if (lastTaken >= MANY) {
            await(BATCH_MAX, waits.filling());
        } else {
            await(1, waits.silent());
        }
        List<SourceRecord> taken = new ArrayList<>();
        synchronized (this) {
            for (DataChangeEvent event = poll(); event != null; event = taken.size() < BATCH_MAX ? poll() : null) {
                taken.add(event.getRecord());
            }
        }
        lastTaken = taken.size();
        return taken;
    }

    /** Parks once: whoever unparks the thread for a reason of his own is not kept waiting. */
    private void await(int count, Duration atMost) throws InterruptedException {
        synchronized (this) {
            if (has(count)) {
                return;
            }
            waiting = Thread.currentThread();
            waitingFor = count;
        }
        LockSupport.parkNanos(this, atMost.toNanos());
        synchronized (this) {
            waiting = null;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private boolean has(int count) {
        return events.size() >= count || isFullOfBytes();
    }

    private boolean isFullOfBytes() {
        return bytes >= bytesMax && !events.isEmpty();
    }
}
