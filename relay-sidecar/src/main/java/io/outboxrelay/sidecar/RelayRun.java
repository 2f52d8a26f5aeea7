package io.outboxrelay.sidecar;

import io.outboxrelay.config.ListenAddress;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.PipelineThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of this process, from the first line in the log to the exit status. The main thread waits in it; the pipelines' loops
 * tell it of states on threads of their own, and so do signals. What befalls one pipeline is not the others' to suffer: only a bug
 * ends them all, and what cannot work ends the process only where nothing in it can.
 */
final class RelayRun {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");
    private static final long TICK_MILLIS = 1_000;

    /** How often the brokers are looked after while the relay begins. */
    private static final long LOOK_MILLIS = 5;

    /** Some supervisors signal a process and then its group: what comes so soon is the same request. */
    private static final long ONE_SIGNAL_NANOS = Duration.ofMillis(300).toNanos();

    /** A stop that nobody asked for is to be over soon: what can go on, does so only once the process is started again. */
    private static final Duration UNASKED_MAX = Duration.ofSeconds(30);

    /** A loop that has run out of time to drain closes its connections before it has stopped. */
    private static final Duration OVERTIME = Duration.ofSeconds(3);

    private final List<Pipeline> pipelines;
    private final Management management;
    private final Optional<ListenAddress> managementAt;
    private final Duration drainTimeout;
    private final boolean exitOnFailure;
    private final Refusals refusals;
    private final ProcessEnd end;
    private final AtomicLong firstSignalNanos = new AtomicLong();

    /** @param refusals where to say why the relay does not start */
    RelayRun(RelaySettings settings, boolean exitOnFailure, Refusals refusals) {
        Thread.setDefaultUncaughtExceptionHandler(RelayRun::endAtOnce);
        this.drainTimeout = settings.process().drainTimeout();
        this.exitOnFailure = exitOnFailure;
        this.refusals = refusals;
        boolean several = settings.pipelines().size() > 1;
        this.end = new ProcessEnd(settings.pipelines().size());
        if (several) {
            LOG.info(
                    "Outbox Relay {}: {} pipelines",
                    Version.number(),
                    settings.pipelines().size());
        }
        this.pipelines = settings.pipelines().entrySet().stream()
                .map(pipeline -> PipelineThreads.callFor(
                        several ? pipeline.getKey() : null,
                        () -> new Pipeline(pipeline.getKey(), pipeline.getValue(), several, new Judgement())))
                .toList();
        this.management = new Management(pipelines);
        this.managementAt = settings.process().management();
    }

    /** Relays; returns the exit status. */
    int untilStopped() throws InterruptedException {
        StopSignals.handle(this::stop);
        try {
            managementAt.ifPresent(management::serveAt);
            begin();
            while (!end.isDecidedWithin(TICK_MILLIS)) {
                pipelines.forEach(Pipeline::look);
            }
            int status = end.status();
            pipelines.forEach(pipeline -> pipeline.ended(status));
            return status;
        } catch (RelayException refused) {
            refusals.tell(List.of(refused.failure()));
            return ExitCodes.MISCONFIGURED;
        } finally {
            management.close();
            pipelines.forEach(Pipeline::close);
        }
    }

    /** Starts each as soon as its brokers were looked at: one whose brokers are away holds up none of the others. */
    private void begin() throws InterruptedException {
        List<Pipeline> waiting = new ArrayList<>(pipelines);
        do {
            waiting.removeIf(Pipeline::begins);
        } while (!waiting.isEmpty() && !end.isDecidedWithin(LOOK_MILLIS));
    }

    private void requestStop(Duration within) {
        management.stopping();
        pipelines.forEach(pipeline -> pipeline.requestStop(within));
        // A loop that hangs, as one does whose resolver is away, sees no request; and it is not to keep the others from
        // their end.
        end.atTheLatestAfter(within.plus(OVERTIME));
    }

    private void stop(String signal) {
        long now = System.nanoTime() | 1; // never 0, which stands for none
        if (firstSignalNanos.compareAndSet(0, now)) {
            LOG.info("{} received; stopping takes at most {}", signal, Durations.shown(drainTimeout));
            requestStop(drainTimeout);
        } else if (now - firstSignalNanos.get() > ONE_SIGNAL_NANOS) {
            LOG.warn("{} again: ends at once; what was on its way is published again at the next start", signal);
            Runtime.getRuntime().halt(ExitCodes.FAILED);
        }
    }

    /** A thread that is gone cannot be waited for: better no process than one that only looks alive. */
    private static void endAtOnce(Thread thread, Throwable error) {
        try {
            LOG.error("thread {} has ended by an error; so does the process", thread.getName(), error);
        } finally {
            Runtime.getRuntime().halt(ExitCodes.BUG);
        }
    }

    /** What becomes of the process by what becomes of its pipelines. */
    private final class Judgement implements Pipeline.Listener {

        @Override
        public void refused(Failure cause) {
            // A cause may be over by the time that it is asked for again; one that nobody else can outlive ends the
            // process all the same.
            List<Failure> refused = pipelines.size() == 1
                    ? List.of(cause)
                    : pipelines.stream()
                            .flatMap(pipeline -> pipeline.refusal().stream())
                            .toList();
            if (refused.size() == pipelines.size()) {
                end.now(ExitCodes.MISCONFIGURED, () -> refusals.tell(refused));
            } else if (exitOnFailure) {
                end.notBetterThan(ExitCodes.MISCONFIGURED);
                requestStop(drainTimeout.compareTo(UNASKED_MAX) < 0 ? drainTimeout : UNASKED_MAX);
            }
        }

        @Override
        public void failed(Failure cause) {
            if (cause.kind() == FailureKind.BUG) {
                // The others get the time that a stop takes: what they have on its way need not be repeated.
                end.notBetterThan(ExitCodes.BUG);
                if (pipelines.size() == 1) {
                    end.now(ExitCodes.BUG);
                } else {
                    requestStop(drainTimeout.compareTo(UNASKED_MAX) < 0 ? drainTimeout : UNASKED_MAX);
                }
                return;
            }
            end.notBetterThan(ExitCodes.FAILED);
            if (exitOnFailure) {
                requestStop(drainTimeout.compareTo(UNASKED_MAX) < 0 ? drainTimeout : UNASKED_MAX);
            } else if (pipelines.size() == 1) {
                LOG.info("the process stays up, but publishes nothing; correct what is wrong and start it again");
            } else {
                LOG.info("the other pipelines go on; correct what is wrong and start the relay again");
            }
        }

        @Override
        public void stopped(int uncommitted) {
            end.oneStopped(uncommitted > 0 ? ExitCodes.FAILED : ExitCodes.STOPPED);
        }
    }
}
