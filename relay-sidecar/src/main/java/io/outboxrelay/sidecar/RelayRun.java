package io.outboxrelay.sidecar;

import io.outboxrelay.config.ListenAddress;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of this process, from the first line in the log to the exit status. The main thread waits in it; the pipelines' loops
 * tell it of states on threads of their own, and so do signals.
 */
final class RelayRun {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");
    private static final long TICK_MILLIS = 1_000;

    /** Some supervisors signal a process and then its group: what comes so soon is the same request. */
    private static final long ONE_SIGNAL_NANOS = Duration.ofMillis(300).toNanos();

    private final List<Pipeline> pipelines;
    private final Management management;
    private final Optional<ListenAddress> managementAt;
    private final Duration drainTimeout;
    private final boolean exitOnFailure;
    private final PrintWriter err;
    private final CompletableFuture<Integer> exitStatus = new CompletableFuture<>();
    private final AtomicLong firstSignalNanos = new AtomicLong();

    private volatile boolean failed;

    /** @param err where to say why the relay does not start */
    RelayRun(SettingsInUse inUse, boolean exitOnFailure, PrintWriter err) {
        Thread.setDefaultUncaughtExceptionHandler(RelayRun::endAtOnce);
        this.drainTimeout = inUse.atStart().drainTimeout();
        this.exitOnFailure = exitOnFailure;
        this.err = err;
        this.pipelines = List.of(new Pipeline(Pipeline.DEFAULT_NAME, inUse, new Judgement()));
        this.management = new Management(pipelines);
        this.managementAt = inUse.management();
    }

    /** Relays; returns the exit status. */
    int untilStopped() throws InterruptedException {
        StopSignals.handle(this::stop);
        try {
            managementAt.ifPresent(management::serveAt);
            for (Pipeline pipeline : pipelines) {
                pipeline.start();
            }
            while (true) {
                try {
                    int status = exitStatus.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
                    pipelines.forEach(pipeline -> pipeline.ended(status));
                    return status;
                } catch (TimeoutException e) {
                    pipelines.forEach(Pipeline::look);
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        } catch (RelayException refused) {
            Refusal.print(refused.failure(), err);
            return ExitCodes.MISCONFIGURED;
        } finally {
            management.close();
            pipelines.forEach(Pipeline::close);
        }
    }

    private void requestStop() {
        management.stopping();
        pipelines.forEach(pipeline -> pipeline.requestStop(drainTimeout));
    }

    private void stop(String signal) {
        long now = System.nanoTime() | 1; // never 0, which stands for none
        if (firstSignalNanos.compareAndSet(0, now)) {
            LOG.info("{} received; stopping takes at most {}", signal, Durations.shown(drainTimeout));
            requestStop();
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
            if (!exitStatus.isDone()) {
                Refusal.print(cause, err);
                exitStatus.complete(ExitCodes.MISCONFIGURED);
            }
        }

        @Override
        public void failed(Failure cause) {
            failed = true;
            if (cause.kind() == FailureKind.BUG) {
                exitStatus.complete(ExitCodes.BUG);
            } else if (exitOnFailure) {
                requestStop();
            } else {
                LOG.info("the process stays up, but publishes nothing; correct what is wrong and start it again");
            }
        }

        @Override
        public void stopped(int uncommitted) {
            exitStatus.complete(failed || uncommitted > 0 ? ExitCodes.FAILED : ExitCodes.STOPPED);
        }
    }
}
