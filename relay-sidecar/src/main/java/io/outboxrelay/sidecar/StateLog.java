package io.outboxrelay.sidecar;

import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Draining;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Starting;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One line in the log for each change of state, with the cause and what an operator may do; not one for each attempt. What goes
 * on is said again every minute. Safe to use from any thread.
 */
final class StateLog {

    private static final long REMINDER_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int CAUSES_REMEMBERED_MAX = 16;

    private final Logger log;
    private final String pipeline;
    private final String running;

    /** The causes said since it last ran, without their digits: neither attempts nor causes that alternate are said again. */
    private final Set<String> said = new HashSet<>();

    private RelayState current = new Starting();
    private long sinceNanos;
    private boolean ran;
    private long remindAtNanos;

    /**
     * A log of a relay that is starting.
     *
     * @param pipeline its name
     * @param running what it does while it runs, for people
     */
    StateLog(Logger log, String pipeline, String running, long nowNanos) {
        this.log = log;
        this.pipeline = pipeline;
        this.running = running;
        this.sinceNanos = nowNanos;
        this.remindAtNanos = nowNanos + REMINDER_NANOS;
    }

    synchronized void entered(RelayState next, long nowNanos) {
        RelayState before = current;
        current = next;
        LogFields.of(pipeline, next, reason(next)).during(() -> sayEntered(before, next, nowNanos));
        boolean changed = !before.name().equals(next.name());
        boolean isTrouble = next instanceof Retrying || next instanceof Standby;
        if (changed && !(isTrouble && (before instanceof Retrying || before instanceof Standby))) {
            sinceNanos = nowNanos;
            remindAtNanos = nowNanos + REMINDER_NANOS;
        }
    }

    private void sayEntered(RelayState before, RelayState next, long nowNanos) {
        if (next instanceof Running) {
            sayRunning(before, nowNanos);
            said.clear();
            ran = true;
        } else if (next instanceof Retrying retrying) {
            sayOnce(next, retrying.failure());
        } else if (next instanceof Standby standby) {
            sayOnce(next, standby.owner());
        } else if (next instanceof Failed failed) {
            sayFailed(failed.cause());
        } else if (next instanceof Draining) {
            log.info("stopping: nothing more is read, what is on its way is finished");
        } else if (next instanceof Stopped stopped && stopped.uncommitted() > 0) {
            log.warn(
                    "stopped with {} rows still on their way; they are published again at the next start",
                    stopped.uncommitted());
        }
    }

    /** To be called every second or so: repeats what has gone on for a minute. */
    synchronized void remind(long nowNanos) {
        if (nowNanos - remindAtNanos < 0) {
            return;
        }
        remindAtNanos = nowNanos + REMINDER_NANOS;
        LogFields.of(pipeline, current, reason(current)).during(() -> sayAgain(nowNanos));
    }

    private void sayAgain(long nowNanos) {
        String since = Durations.shown(Duration.ofNanos(nowNanos - sinceNanos));
        if (current instanceof Retrying retrying) {
            log.warn("still waiting after {}: {}", since, retrying.failure().summary());
        } else if (current instanceof Failed failed) {
            log.error("still stopped after {}: {}", since, failed.cause().summary());
        }
    }

    private void sayRunning(RelayState before, long nowNanos) {
        if (ran && !(before instanceof Running)) {
            log.info("running again after {}", Durations.shown(Duration.ofNanos(nowNanos - sinceNanos)));
        } else if (!ran) {
            log.info("running: {}", running);
        }
    }

    private void sayOnce(RelayState state, Failure failure) {
        if (said.size() == CAUSES_REMEMBERED_MAX) {
            said.clear();
        }
        if (!said.add(state.name() + failure.summary().replaceAll("\\d+", ""))) {
            return;
        }
        if (state instanceof Standby) {
            log.info("standing by: {}", failure.summary());
        } else if (!ran && failure.kind() == FailureKind.MISCONFIGURED) {
            log.error("cannot start as it is set up, tries again: {}", failure.summary());
        } else {
            log.warn("{}: {}", ran ? "interrupted, trying again" : "waiting", failure.summary());
        }
    }

    private void sayFailed(Failure cause) {
        if (cause.kind() == FailureKind.BUG) {
            log.error("failed: {}", cause.summary(), cause.cause());
        } else {
            log.error("failed, an operator is needed: {}", cause.summary());
        }
    }

    private static @Nullable Failure reason(RelayState state) {
        if (state instanceof Retrying retrying) {
            return retrying.failure();
        } else if (state instanceof Standby standby) {
            return standby.owner();
        }
        return state instanceof Failed failed ? failed.cause() : null;
    }
}
