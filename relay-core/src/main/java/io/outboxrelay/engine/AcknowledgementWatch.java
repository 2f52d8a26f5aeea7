package io.outboxrelay.engine;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.engine.RelayState.Active;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.Publisher;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether publishing gets on, judged by the oldest message that is not settled: while it waits nothing behind it can be
 * committed, however much of it Kafka acknowledges. Owned by the loop's thread.
 */
final class AcknowledgementWatch {

    private final InFlightWindow window;
    private final Duration stalledAfter;

    /** Whether the oldest message has got on since publishing last failed or stalled. */
    private boolean advancing = true;

    private long floor;
    private long advancedAtNanos;
    private long outcomeAtNanos;
    private long describedAtNanos;

    /** What the publisher says that it waits for, as it was told last. */
    private String why = "";

    private @Nullable Failure stall;

    AcknowledgementWatch(InFlightWindow window, Duration stalledAfter) {
        this.window = window;
        this.stalledAfter = stalledAfter;
    }

    /** The publisher was asked for outcomes and gave so many. */
    void outcomesTaken(int taken, long nowNanos) {
        boolean idle = !window.awaitsOutcomes();
        if (taken > 0 || idle) {
            outcomeAtNanos = nowNanos;
        }
        if (window.settledBefore() != floor || idle) {
            advancing |= window.settledBefore() != floor;
            floor = window.settledBefore();
            advancedAtNanos = nowNanos;
        }
    }

    void publisherFailed(long nowNanos) {
        advancing = false;
        advancedAtNanos = nowNanos;
    }

    /** The next state of a relay whose source is open and which has a publisher, or null when there is no news. */
    @Nullable
    Active judge(Active active, Publisher publisher, long nowNanos) {
        boolean running = active instanceof Running;
        if (!running && (advancing || !window.awaitsOutcomes())) {
            advancing = true;
            return active.running();
        }
        boolean said = active instanceof Retrying retrying && retrying.failure().equals(stall);
        boolean stalled = window.awaitsOutcomes() && nowNanos - advancedAtNanos >= stalledAfter.toNanos();
        // Why it waits may show later only: a request is sent again once its time has run out.
        boolean lookedInto = said && nowNanos - describedAtNanos < stalledAfter.toNanos();
        if (!stalled || lookedInto) {
            return null;
        }
        advancing = false;
        describedAtNanos = nowNanos;
        String before = why;
        why = publisher.waitingFor().map(reason -> ": " + reason).orElse("");
        if (said && words(before).equals(words(why))) {
            return null;
        }
        stall = describe(nowNanos);
        return active.retrying(stall, 1, nowNanos);
    }

    /** Without its figures, which change all the time. */
    private static String words(String reason) {
        return reason.replaceAll("\\d+", "");
    }

    private Failure describe(long nowNanos) {
        boolean silent = nowNanos - outcomeAtNanos >= stalledAfter.toNanos();
        String what = silent
                ? "Kafka has acknowledged nothing for " + seconds(nowNanos - outcomeAtNanos)
                : "Kafka has not acknowledged the oldest message for " + seconds(nowNanos - advancedAtNanos)
                        + ", so nothing behind it can be committed";
        return Failure.of(
                FailureKind.TRANSIENT,
                what + why,
                "see that the brokers can be reached and have enough in-sync replicas; the relay goes on by itself");
    }

    private static String seconds(long nanos) {
        return Duration.ofNanos(nanos).toSeconds() + " s";
    }
}
