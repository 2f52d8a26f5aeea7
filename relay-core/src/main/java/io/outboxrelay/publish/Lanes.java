package io.outboxrelay.publish;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * All lanes, and whose turn it is. A topic that is not known holds its own lane and nobody else's. When the producer has no
 * room, everybody waits, and the lane that has waited longest goes first: otherwise small messages would keep a large one out
 * for ever. Belongs to the loop's thread.
 */
final class Lanes {

    /** Takes a message into Kafka's hands at once, or says why not; never blocks. */
    @FunctionalInterface
    interface Gate {

        /** Null when the message was taken; else why it was not, and nothing of it is left behind. */
        @Nullable
        Exception admit(Ticket ticket);
    }

    private final Gate gate;
    private final CarefulTopics carefulTopics;
    private final Map<String, Lane> byTopic = new HashMap<>();
    private final Set<Lane> waiting = new LinkedHashSet<>();
    private int inFlight;
    private boolean full;

    Lanes(Gate gate, CarefulTopics carefulTopics) {
        this.gate = gate;
        this.carefulTopics = carefulTopics;
    }

    Lane of(String topic) {
        return byTopic.computeIfAbsent(topic, name -> new Lane(name, carefulTopics));
    }

    /** Puts the ticket at the end of its lane; it goes with the next {@link #advanceWaiting}. */
    void hold(Ticket ticket) {
        ticket.lane.hold(ticket);
        waiting.add(ticket.lane);
    }

    /** Lets the ticket go now if it is its turn; else it is held. */
    void send(Ticket ticket, long nowNanos) {
        Lane lane = ticket.lane;
        boolean behindOthers = lane.held() > 0;
        lane.hold(ticket);
        if (!behindOthers && !full) {
            advance(lane, nowNanos);
        }
        if (lane.held() > 0) {
            waiting.add(lane);
        }
    }

    /**
     * Lets go whoever can go now.
     *
     * @param news whether the producer has learnt about topics, so that no lane needs to keep its pace
     */
    void advanceWaiting(long nowNanos, boolean news) {
        full = false;
        Iterator<Lane> lanes = waiting.iterator();
        while (lanes.hasNext() && !full) {
            Lane lane = lanes.next();
            if (news || lane.isDue(nowNanos)) {
                advance(lane, nowNanos);
            }
            if (lane.held() == 0) {
                lanes.remove();
            }
        }
    }

    private void advance(Lane lane, long nowNanos) {
        for (Ticket ticket = lane.next(); ticket != null; ticket = lane.next()) {
            Exception refusal = gate.admit(ticket);
            if (refusal instanceof BufferExhaustedException) {
                full = true;
                return;
            }
            if (refusal instanceof TimeoutException) {
                lane.postpone(refusal, nowNanos);
                return;
            }
            // Refused here, so it is about this message alone; nobody behind it goes before the loop has heard of it.
            ticket.alone |= refusal != null;
            lane.handOver(ticket);
            inFlight++;
            if (refusal != null) {
                ticket.complete(refusal);
            }
        }
    }

    /** Kafka gave the ticket back. */
    void settle(Ticket ticket) {
        inFlight--;
        Lane lane = ticket.lane;
        lane.settle(ticket);
        if (lane.isOver()) {
            byTopic.remove(lane.topic());
        }
    }

    /** Whether the producer had no room for the message that was last offered to it. */
    boolean isFull() {
        return full;
    }

    /** Messages in Kafka's hands. */
    int inFlight() {
        return inFlight;
    }

    int count() {
        return byTopic.size();
    }

    /** The lane that has been waiting longest for its topic to become known. */
    Optional<Lane> obstructed() {
        return waiting.stream().filter(lane -> lane.obstacle() != null).findFirst();
    }
}
