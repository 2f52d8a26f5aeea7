package io.outboxrelay.engine;

import io.outboxrelay.failure.Failure;
import java.util.List;

/**
 * What the relay is doing, as sealed records whose methods are the legal transitions and nothing else.
 *
 * <pre>
 *   Starting --&gt; Standby &lt;--&gt; Running &lt;--&gt; Retrying
 *       |           |            |             |         (any of these four may become any other, Failed or Draining)
 *       +-----------+-----+------+-------------+
 *                         |
 *                         v
 *             Failed --&gt; Draining --&gt; Stopped
 * </pre>
 *
 * <p>All times are monotonic, in nanoseconds, as {@link System#nanoTime} gives them. Made by the loop's thread, read by any.
 */
public sealed interface RelayState {

    /** Every name that a state can have, in the order in which a relay meets them. */
    List<String> NAMES = List.of("starting", "standby", "running", "retrying", "failed", "draining", "stopped");

    /** In one word, lower case, for logs and labels. */
    String name();

    /** The states in which the relay works, or tries to. */
    sealed interface Active extends RelayState {

        default Running running() {
            return new Running();
        }

        default Standby standby(Failure owner, long retryAtNanos) {
            return new Standby(owner, retryAtNanos);
        }

        default Retrying retrying(Failure failure, int attempt, long retryAtNanos) {
            return new Retrying(failure, attempt, retryAtNanos);
        }

        default Failed failed(Failure cause) {
            return new Failed(cause);
        }

        default Draining draining(long deadlineNanos) {
            return new Draining(deadlineNanos);
        }
    }

    /** Nothing has been reached yet. */
    record Starting() implements Active {
        @Override
        public String name() {
            return "starting";
        }
    }

    /** Another relay owns the outbox; this one asks again at {@code retryAtNanos}. */
    record Standby(Failure owner, long retryAtNanos) implements Active {
        @Override
        public String name() {
            return "standby";
        }
    }

    /** Reading and publishing. */
    record Running() implements Active {
        @Override
        public String name() {
            return "running";
        }
    }

    /**
     * Something is away.
     *
     * @param failure what, and what the operator may do
     * @param attempt how often it has failed in a row, from 1
     * @param retryAtNanos when it is tried again
     */
    record Retrying(Failure failure, int attempt, long retryAtNanos) implements Active {
        @Override
        public String name() {
            return "retrying";
        }
    }

    /** Stopping: nothing more is read, what is in flight is settled and committed, until the deadline at the latest. */
    record Draining(long deadlineNanos) implements RelayState {

        public Stopped stopped(int uncommitted) {
            return new Stopped(uncommitted);
        }

        public Failed failed(Failure cause) {
            return new Failed(cause);
        }

        @Override
        public String name() {
            return "draining";
        }
    }

    /** Cannot go on without an operator. The process stays up so that it can be asked why. */
    record Failed(Failure cause) implements RelayState {

        /** A graver failure than the one that stopped it: an invariant broke while it was coming to rest. */
        public Failed failed(Failure graver) {
            return new Failed(graver);
        }

        public Draining draining(long deadlineNanos) {
            return new Draining(deadlineNanos);
        }

        @Override
        public String name() {
            return "failed";
        }
    }

    /**
     * Everything is closed.
     *
     * @param uncommitted entries that were in flight and will be published again; 0 after a clean stop
     */
    record Stopped(int uncommitted) implements RelayState {
        @Override
        public String name() {
            return "stopped";
        }
    }
}
