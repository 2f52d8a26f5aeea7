package io.outboxrelay.engine;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.engine.RelayState.Active;
import io.outboxrelay.engine.RelayState.Draining;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Starting;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.source.OutboxSource;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the relay does about a failure: one place where a {@link FailureKind} becomes a state, a replacement or an end. Owned by
 * the loop's thread; only {@link #state} may be read by others.
 */
final class Reactions {

    private final Replaceable<OutboxSource> source;
    private final Replaceable<Publisher> publisher;
    private final InFlightWindow window;
    private final LoopSettings settings;
    private final Consumer<RelayState> onState;

    private volatile RelayState state = new Starting();

    /** Whether the current source has said that it is open. */
    private boolean sourceOpen;

    /** Whether any source ever was, or got as far as another relay's lock: what is wrong afterwards is no question of how it was set up. */
    private boolean everOpen;

    /** Why the source gets no further though it has not failed, or null. */
    private @Nullable Failure hindrance;

    /** The number of the first entry that must not be passed, or -1. */
    private long haltedAt = -1;

    Reactions(
            Replaceable<OutboxSource> source,
            Replaceable<Publisher> publisher,
            InFlightWindow window,
            LoopSettings settings,
            Consumer<RelayState> onState) {
        this.source = source;
        this.publisher = publisher;
        this.window = window;
        this.settings = settings;
        this.onState = onState;
    }

    RelayState state() {
        return state;
    }

    void enter(RelayState next) {
        state = next;
        onState.accept(next);
    }

    /** The source has delivered something: it is connected, checked and the only reader. */
    void sourceOpened() {
        sourceOpen = true;
        everOpen = true;
    }

    boolean isSourceOpen() {
        return sourceOpen;
    }

    /** What the source says that it is held up by; null when by nothing. */
    void sourceHindered(@Nullable Failure by) {
        hindrance = by;
    }

    boolean isSourceHindered() {
        return hindrance != null;
    }

    /** The next state of a relay whose source is hindered, or null when that is said already. */
    @Nullable
    Active hindered(Active active, long nowNanos) {
        Failure by = Objects.requireNonNull(hindrance);
        boolean said = active instanceof Retrying retrying && retrying.failure().equals(by);
        return said ? null : active.retrying(by, 1, nowNanos);
    }

    /** Whether this entry may be sent; nothing at or behind the one that halted the relay may. */
    boolean mayPass(long number) {
        return haltedAt < 0 || number < haltedAt;
    }

    /** Whether some entry must not be passed. */
    boolean isHalted() {
        return haltedAt >= 0;
    }

    /** The number before which everything must be committed for a stop to be clean. */
    long drainEnd() {
        return haltedAt < 0 ? window.nextNumber() : haltedAt;
    }

    /** The source is broken. What it delivered and did not commit will be delivered again by the next one. */
    void sourceFailed(Failure failure, long nowNanos) {
        sourceOpen = false;
        hindrance = null;
        window.forsake();
        if (!(state instanceof Active active)) {
            // Nothing can be committed any more, and by now the outbox may be another relay's.
            closeAll();
            return;
        }
        boolean refuses = isRefusal(failure) && !everOpen;
        switch (failure.kind()) {
            case FENCED -> {
                everOpen = true;
                fenced(active, failure, nowNanos);
            }
            case POSITION_LOST, POISON, BUG -> fail(failure);
            case MISCONFIGURED, TRANSIENT -> {
                if (refuses) {
                    fail(failure);
                } else {
                    // A relay that once ran goes on trying: whoever mends the table or the password mends the relay.
                    source.discard(failure, nowNanos);
                    enter(active.retrying(failure, source.attempt(), source.retryAtNanos()));
                }
            }
        }
    }

    /** The publisher is broken. The next one is given everything from the oldest unsettled entry on. */
    void publisherFailed(Failure failure, long nowNanos) {
        publisher.discard(failure, nowNanos);
        window.rewind();
        if (!(state instanceof Active active)) {
            return;
        }
        boolean refuses = isRefusal(failure) && !publisher.everMade();
        switch (failure.kind()) {
            case FENCED -> fenced(active, failure, nowNanos);
            case POSITION_LOST, POISON, BUG -> fail(failure);
            case MISCONFIGURED, TRANSIENT -> {
                if (refuses) {
                    fail(failure);
                } else {
                    enter(active.retrying(failure, publisher.attempt(), publisher.retryAtNanos()));
                }
            }
        }
    }

    /** The publisher holds back what is behind a message that is not to be published any more: the next one knows nothing of it. */
    void publisherObstructed(long nowNanos) {
        publisher.discardUntil(nowNanos);
        window.rewind();
    }

    /** An entry can never be published as it is: nothing at or behind it is sent from now on. */
    void halt(long number, Failure failure) {
        haltedAt = haltedAt < 0 ? number : Math.min(haltedAt, number);
        if (state instanceof Active active) {
            enter(active.failed(failure));
        }
    }

    /** Ends it all until an operator acts. */
    void fail(Failure failure) {
        try {
            closeAll();
        } finally {
            if (state instanceof Active active) {
                enter(active.failed(failure));
            } else if (state instanceof Draining draining) {
                enter(draining.failed(failure));
            } else if (state instanceof Failed failed && failed.cause().kind() != FailureKind.BUG) {
                enter(failed.failed(failure));
            }
        }
    }

    void closeAll() {
        sourceOpen = false;
        try {
            source.close();
        } finally {
            publisher.close();
        }
    }

    /** Whether it ends a relay that never ran. */
    private boolean isRefusal(Failure failure) {
        return failure.kind() == FailureKind.MISCONFIGURED && settings.failsAtStart();
    }

    private void fenced(Active active, Failure failure, long nowNanos) {
        long retryAtNanos = nowNanos + settings.standbyInterval().toNanos();
        sourceOpen = false;
        source.discardUntil(retryAtNanos);
        if (window.size() > 0) {
            publisher.discardUntil(nowNanos);
            window.clear();
        }
        if (!(active instanceof Standby)) {
            enter(active.standby(failure, retryAtNanos));
        }
    }
}
