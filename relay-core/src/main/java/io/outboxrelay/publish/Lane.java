package io.outboxrelay.publish;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one topic that are not settled, in the order in which they were sent. First those in Kafka's hands, then
 * those held back: because the topic is not known yet, because the producer has no room, because somebody must go alone, or
 * because a message was refused for good. Who is held back is never overtaken by another message of the lane.
 *
 * <p>Lives from the topic's first unsettled message to its last. Bounded by what the loop has in flight. Belongs to the
 * loop's thread.
 */
final class Lane {

    /**
     * Every broker takes this much by default ({@code message.max.bytes} is 1,048,588, framing included). Who is larger may
     * be refused and goes alone, so that no successor is in the log before a refused predecessor.
     */
    static final long CERTAIN_BYTES_MAX = 1_000_000;

    private static final long PACE_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PACE_MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String topic;
    private final CarefulTopics carefulTopics;
    private final ArrayDeque<Ticket> held = new ArrayDeque<>();
    private int handed;
    private int partitions;
    private boolean occupied;
    private boolean sealed;
    private @Nullable Exception obstacle;
    private long obstructedSinceNanos;
    private long paceNanos = PACE_MIN_NANOS;
    private long retryAtNanos;

    Lane(String topic, CarefulTopics carefulTopics) {
        this.topic = topic;
        this.carefulTopics = carefulTopics;
    }

    String topic() {
        return topic;
    }

    void hold(Ticket ticket) {
        held.add(ticket);
    }

    /** The ticket whose turn it is, still held, or null when nobody may go now. */
    @Nullable
    Ticket next() {
        Ticket head = held.peek();
        if (head == null || sealed || occupied) {
            return null;
        }
        boolean mustGoAlone = carefulTopics.contains(topic) || head.message().sizeBytes() > CERTAIN_BYTES_MAX;
        head.alone = mustGoAlone;
        return mustGoAlone && handed > 0 ? null : head;
    }

    /** The ticket that {@link #next} gave is in Kafka's hands. */
    void handOver(Ticket ticket) {
        held.remove();
        ticket.handedOver();
        handed++;
        occupied = ticket.alone;
        obstacle = null;
        paceNanos = PACE_MIN_NANOS;
    }

    /** The topic is not known to the producer yet: try again a little later, each time a little later. */
    void postpone(Exception because, long nowNanos) {
        if (obstacle == null) {
            obstructedSinceNanos = nowNanos;
        }
        obstacle = because;
        retryAtNanos = nowNanos + paceNanos;
        paceNanos = Math.min(2 * paceNanos, PACE_MAX_NANOS);
    }

    /** Whether it is time to try again. */
    boolean isDue(long nowNanos) {
        return obstacle == null || nowNanos - retryAtNanos >= 0;
    }

    /** Kafka gave the ticket back. */
    void settle(Ticket ticket) {
        handed--;
        if (ticket.alone) {
            occupied = false;
        }
        if (ticket.error == null) {
            carefulTopics.published(topic);
        }
    }

    /** A message was refused for good: nothing behind it may be published before an operator has decided. */
    void seal() {
        sealed = true;
    }

    /** Nothing is left to remember. */
    boolean isOver() {
        return handed == 0 && held.isEmpty() && !sealed;
    }

    /** How many partitions the topic had when its first message was handed over, 0 when that is not known. */
    int partitions() {
        return partitions;
    }

    void hasPartitions(int count) {
        partitions = count;
    }

    int held() {
        return held.size();
    }

    /** Why the topic is not known, or null while it is. */
    @Nullable
    Exception obstacle() {
        return obstacle;
    }

    /** How long the topic has not been known, in nanoseconds. */
    long obstructedNanos(long nowNanos) {
        return obstacle == null ? 0 : nowNanos - obstructedSinceNanos;
    }
}
