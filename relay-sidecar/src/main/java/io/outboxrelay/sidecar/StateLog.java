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
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line in the log for each change of state, with the cause and what an operator may do; not one for each attempt. What goes
 * on is said again every minute. Safe to use from any thread.
 */
final class StateLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");
    private static final long REMINDER_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int CAUSES_REMEMBERED_MAX = 16;

    private final String running;

    /** What was said lately, without its digits: the same cause is not said at every attempt, also when two causes alternate. */
    private final Map<String, Long> saidAtNanos = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > CAUSES_REMEMBERED_MAX;
        }
    };

    private RelayState current = new Starting();
    private long sinceNanos;
    private boolean ran;
    private long remindAtNanos;

    /**
     * A log of a relay that is starting.
     *
     * @param running what it does while it runs, for people
     */
    StateLog(String running, long nowNanos) {
        this.running = running;
        this.sinceNanos = nowNanos;
        this.remindAtNanos = nowNanos + REMINDER_NANOS;
    }

    synchronized void entered(RelayState next, long nowNanos) {
        RelayState before = current;
        current = next;
        boolean changed = !before.name().equals(next.name());
        if (changed) {
            saidAtNanos.keySet().removeIf(said -> !said.startsWith(next.name()) && next instanceof Running);
        }
        if (next instanceof Running) {
            sayRunning(before, nowNanos);
            ran = true;
        } else if (next instanceof Retrying retrying) {
            sayOnce(next, retrying.failure(), nowNanos);
        } else if (next instanceof Standby standby) {
            sayOnce(next, standby.owner(), nowNanos);
        } else if (next instanceof Failed failed) {
            sayFailed(failed.cause());
        } else if (next instanceof Draining) {
            LOG.info("stopping: nothing more is read, what is on its way is finished");
        } else if (next instanceof Stopped stopped && stopped.uncommitted() > 0) {
            LOG.warn(
                    "stopped with {} rows still on their way; they are published again at the next start",
                    stopped.uncommitted());
        }
        boolean isTrouble = next instanceof Retrying || next instanceof Standby;
        if (changed && !(isTrouble && (before instanceof Retrying || before instanceof Standby))) {
            sinceNanos = nowNanos;
            remindAtNanos = nowNanos + REMINDER_NANOS;
        }
    }

    /** To be called every second or so: repeats what has gone on for a minute. */
    synchronized void remind(long nowNanos) {
        if (nowNanos - remindAtNanos < 0) {
            return;
        }
        remindAtNanos = nowNanos + REMINDER_NANOS;
        String since = Durations.shown(Duration.ofNanos(nowNanos - sinceNanos));
        if (current instanceof Retrying retrying) {
            LOG.warn("still waiting after {}: {}", since, retrying.failure().summary());
        } else if (current instanceof Failed failed) {
            LOG.error("still stopped after {}: {}", since, failed.cause().summary());
        }
    }

    private void sayRunning(RelayState before, long nowNanos) {
        if (ran && !(before instanceof Running)) {
            LOG.info("running again after {}", Durations.shown(Duration.ofNanos(nowNanos - sinceNanos)));
        } else if (!ran) {
            LOG.info("running: {}", running);
        }
    }

    private void sayOnce(RelayState state, Failure failure, long nowNanos) {
        String cause = state.name() + failure.summary().replaceAll("\\d+", "");
        @Nullable Long said = saidAtNanos.get(cause);
        if (said != null && nowNanos - said < REMINDER_NANOS) {
            return;
        }
        if (said == null || state instanceof Retrying) {
            if (state instanceof Standby) {
                LOG.info("standing by: {}", failure.summary());
            } else {
                LOG.warn("{}: {}", ran ? "interrupted, trying again" : "waiting", failure.summary());
            }
        }
        saidAtNanos.put(cause, nowNanos);
        remindAtNanos = nowNanos + REMINDER_NANOS;
    }

    private static void sayFailed(Failure cause) {
        if (cause.kind() == FailureKind.BUG) {
            LOG.error("failed: {}", cause.summary(), cause.cause());
        } else {
            LOG.error("failed, an operator is needed: {}", cause.summary());
        }
    }
}
