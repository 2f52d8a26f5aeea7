package io.outboxrelay.engine;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.engine.RelayState.Active;
import io.outboxrelay.engine.RelayState.Draining;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The relay. {@link #runOnce} is the whole program: take in acknowledgements, commit the settled prefix, publish while the
 * window has room. It never blocks and never asks the clock; whoever drives it passes the time.
 *
 * <p>Everything behind it belongs to the thread that calls {@link #runOnce}. Other threads may call {@link #requestStop},
 * {@link #state} and {@link #progress}.
 */
public final class RelayLoop {

    private static final long IDLE_NANOS = Duration.ofMillis(50).toNanos();
    private static final long AWAITING_NANOS = Duration.ofMillis(5).toNanos();

    private final Replaceable<OutboxSource> source;
    private final Replaceable<Publisher> publisher;
    private final InFlightWindow window;
    private final Reactions reactions;
    private final AcknowledgementWatch acknowledgements;
    private final Wakeup wakeup;
    private final LoopProgress progress = new LoopProgress();
    private final Intake intake;
    private final SettlingOutcomes outcomes;

    /** Whether the source has given out a part of a transaction only. */
    private boolean midway;

    private volatile @Nullable Duration stopWithin;

    /**
     * A loop that has not done anything yet.
     *
     * @param wakeup unparks the thread that drives the loop
     * @param onState is told of each new state, on the loop's thread
     */
    public RelayLoop(RelayPorts ports, LoopSettings settings, Wakeup wakeup, Consumer<RelayState> onState) {
        this.wakeup = wakeup;
        this.window = new InFlightWindow(settings.window());
        this.source = new Replaceable<>(ports.sources(), OutboxSource::close, settings.backoff());
        this.publisher = new Replaceable<>(
                () -> progress.whileConnecting(() -> ports.publishers().apply(wakeup)),
                Publisher::close,
                settings.backoff());
        this.acknowledgements = new AcknowledgementWatch(window, settings.stalledAfter());
        this.reactions = new Reactions(source, publisher, window, settings, onState);
        this.intake = new Intake(ports, window, reactions);
        this.outcomes = new SettlingOutcomes(window, reactions, progress, ports.poison());
    }

    /**
     * One duty cycle.
     *
     * @param nowNanos monotonic time in nanoseconds
     * @return how much was done; after 0 there is nothing to do until something wakes the loop or {@link #idleNanos} have passed
     */
    public int runOnce(long nowNanos) {
        try {
            int work = connect(nowNanos);
            work += takeOutcomes(nowNanos);
            work += commit();
            work += publish(nowNanos);
            judge(nowNanos);
            return work;
        } catch (RuntimeException | Error broken) {
            reactions.fail(Failure.of(
                    FailureKind.BUG,
                    "an invariant is broken: " + broken,
                    "start the relay again, nothing is lost; please report it with the log",
                    broken));
            return 0;
        }
    }

    /** How long the loop may sleep when there is nothing to do and nobody wakes it, in nanoseconds. */
    public long idleNanos() {
        // What halted the relay is never settled: nothing is to be tried again for its sake.
        return window.awaitsOutcomes() && !(state() instanceof Failed) ? AWAITING_NANOS : IDLE_NANOS;
    }

    /**
     * Asks for a graceful stop: read nothing more, settle and commit what is in flight, close. Any thread; returns at once.
     *
     * @param within after so long it stops all the same, with whatever is still uncommitted
     */
    public void requestStop(Duration within) {
        stopWithin = within;
        wakeup.wake();
    }

    /** What the relay is doing now. Any thread. */
    public RelayState state() {
        return reactions.state();
    }

    /** What it has done so far. Any thread. */
    public LoopProgress progress() {
        return progress;
    }

    private int connect(long nowNanos) {
        int made = 0;
        boolean active = state() instanceof Active;
        if (active) {
            try {
                OutboxSource opening = source.makeIfDue(nowNanos);
                if (opening != null) {
                    opening.open(wakeup);
                    made++;
                }
            } catch (RelayException e) {
                sourceFailed(e.failure(), nowNanos);
            }
        }
        // A relay that drains or is halted publishes only what it can still commit.
        if (active || source.current() != null) {
            try {
                made += publisher.makeIfDue(nowNanos) == null ? 0 : 1;
            } catch (RelayException e) {
                publisherFailed(e.failure(), nowNanos);
            }
        }
        return made;
    }

    private int takeOutcomes(long nowNanos) {
        Publisher from = publisher.current();
        if (from == null) {
            return 0;
        }
        int taken = from.drain(outcomes.asOf(nowNanos), nowNanos);
        acknowledgements.outcomesTaken(taken, nowNanos);
        Failure failure = outcomes.takePublisherFailure();
        boolean obstructed = outcomes.takeObstruction();
        if (failure != null) {
            publisherFailed(failure, nowNanos);
        } else if (obstructed) {
            reactions.publisherObstructed(nowNanos);
        }
        boolean rewound = failure != null || obstructed;
        for (long number : outcomes.takeDiverted()) {
            // Behind what halts the relay nothing more is sent, and a rewound window sends what is unsettled by itself.
            if (!rewound && reactions.mayPass(number)) {
                from.send(number, window.message(number));
            }
        }
        return taken;
    }

    private int commit() {
        OutboxSource at = source.current();
        Position upTo = at == null ? null : window.takeCommittable();
        if (at == null || upTo == null) {
            return 0;
        }
        at.commit(upTo);
        return 1;
    }

    private int publish(long nowNanos) {
        int work = sendUnsent();
        OutboxSource from = source.current();
        if (from == null) {
            return work;
        }
        try {
            Batch batch = mayRead() ? from.poll(window.roomRecords(), window.roomBytes()) : from.poll(0, 0);
            midway = batch.midway();
            if (batch.committed() != null) {
                progress.countCommitted(window.release(batch.committed()));
                work++;
            }
            reactions.sourceHindered(batch.hindrance());
            for (Entry entry : batch.entries()) {
                if (!intake.receive(entry)) {
                    break;
                }
                work++;
            }
        } catch (RelayException e) {
            sourceFailed(e.failure(), nowNanos);
        }
        return work + sendUnsent();
    }

    private boolean mayRead() {
        boolean goesOn = state() instanceof Active && stopWithin == null;
        return (goesOn || owesRest()) && publisher.current() != null && window.roomRecords() > 0;
    }

    /** Whether a stop reads a transaction to its end first: or the next start would publish its beginning again. */
    private boolean owesRest() {
        return midway && !reactions.isHalted();
    }

    private int sendUnsent() {
        Publisher to = publisher.current();
        int sent = 0;
        if (to != null) {
            for (long number = window.nextUnsent();
                    number >= 0 && reactions.mayPass(number);
                    number = window.nextUnsent()) {
                to.send(number, window.markSent(number));
                sent++;
            }
        }
        return sent;
    }

    private void judge(long nowNanos) {
        progress.inFlight(window.size(), window.sizeBytes());
        progress.leading(reactions.isSourceOpen());
        outcomes.tell(nowNanos);
        Duration within = stopWithin;
        if (within != null && state() instanceof Active active) {
            reactions.enter(active.draining(nowNanos + within.toNanos()));
        } else if (within != null && state() instanceof Failed failed) {
            reactions.enter(failed.draining(nowNanos + within.toNanos()));
        }
        if (state() instanceof Draining draining && (isDrained() || nowNanos - draining.deadlineNanos() >= 0)) {
            reactions.closeAll();
            reactions.enter(draining.stopped(window.size()));
        } else if (state() instanceof Active active) {
            judgePublishing(active, nowNanos);
        }
    }

    private void judgePublishing(Active active, long nowNanos) {
        Publisher to = publisher.current();
        if (to == null || !reactions.isSourceOpen()) {
            return;
        }
        Active next = reactions.isSourceHindered()
                ? reactions.hindered(active, nowNanos)
                : acknowledgements.judge(active, to, nowNanos);
        if (next != null) {
            reactions.enter(next);
        }
        if (next instanceof Retrying retrying) {
            progress.countRetry(retrying.failure().kind());
        }
    }

    private boolean isDrained() {
        return source.current() == null || (window.isReleasedBefore(reactions.drainEnd()) && !owesRest());
    }

    private void sourceFailed(Failure failure, long nowNanos) {
        midway = false;
        reactions.sourceFailed(failure, nowNanos);
        countRetry(failure);
    }

    private void publisherFailed(Failure failure, long nowNanos) {
        acknowledgements.publisherFailed(nowNanos);
        reactions.publisherFailed(failure, nowNanos);
        countRetry(failure);
    }

    /** What is not tried again has ended the relay's work, or befell one that was at its end. */
    private void countRetry(Failure failure) {
        if (state() instanceof Active) {
            progress.countRetry(failure.kind());
        }
    }
}
