package io.outboxrelay.testkit;

import java.util.Set;

/** What a {@link TcpProxy} does to the bytes between its client and its server. */
public sealed interface LinkFault {
    /** Which way bytes go. */
    enum Direction {
        /** What the client sends: requests. */
        TO_SERVER,
        /** What the server sends: replies. */
        TO_CLIENT
    }

    /** Passes everything on. */
    record None() implements LinkFault {}

    /** Nobody listens: connections are reset, and new ones refused. */
    record Refuse() implements LinkFault {}

    /** New connections are accepted and reset at once, those that are open too. */
    record Reset() implements LinkFault {}

    /** Connections stay, new ones are accepted, and not a byte moves until this ends. */
    record Stall() implements LinkFault {}

    /**
     * The connections that are open now are dead in these directions: what is sent disappears, also that an end has closed.
     * Connections made from now on work, as after a router has forgotten what it knew. The dead ones are reset when this ends.
     */
    record HalfOpen(Set<Direction> dead) implements LinkFault {
        public HalfOpen {
            dead = Set.copyOf(dead);
        }
    }

    /**
     * Passes so many bytes more in one direction, all connections together, then resets the connection in the middle of
     * whatever it carries; every further one at its first byte.
     */
    record CutAfter(long bytes, Direction direction) implements LinkFault {}

    /** One direction disappears without an error; what was swallowed never comes, so the connection is reset at the end. */
    record Swallow(Direction direction) implements LinkFault {}

    /** Both directions of each connection trickle. */
    record Slow(int bytesPerSecond) implements LinkFault {
        public Slow {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("slower than one byte a second: use Stall");
            }
        }
    }
}
