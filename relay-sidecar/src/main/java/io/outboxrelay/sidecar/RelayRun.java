package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.BrokerProbe;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of the relay in this process, from the first line in the log to the exit status. The main thread waits in it; the
 * loop's thread tells it of states, signals come on threads of their own.
 */
final class RelayRun {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");
    private static final long TICK_MILLIS = 1_000;

    /** Brokers that are neither there nor refuse are waited for no longer before the relay begins with what it can. */
    private static final Duration LOOK_MAX = Duration.ofSeconds(3);

    /** Some supervisors signal a process and then its group: what comes so soon is the same request. */
    private static final long ONE_SIGNAL_NANOS = Duration.ofMillis(300).toNanos();

    private final SettingsInUse inUse;
    private final PipelineSettings settings;
    private final boolean exitOnFailure;
    private final PrintWriter err;
    private final StateLog log;
    private final RelayThread relay;
    private final CompletableFuture<Integer> exitStatus = new CompletableFuture<>();
    private final AtomicLong firstSignalNanos = new AtomicLong();

    /** Used by the loop's thread only. */
    private boolean ran;

    /** Used by the loop's thread only. */
    private boolean failed;

    /** @param err where to say why the relay does not start */
    RelayRun(SettingsInUse inUse, boolean exitOnFailure, PrintWriter err) {
        this.inUse = inUse;
        this.settings = inUse.atStart();
        this.exitOnFailure = exitOnFailure;
        this.err = err;
        this.log = new StateLog(
                LOG,
                "reads " + settings.source().outbox().table() + " and publishes to "
                        + settings.route().topic(),
                System.nanoTime());
        this.relay = PipelineAssembly.of(inUse, this::entered);
    }

    /** Relays; returns the exit status. */
    int untilStopped() throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler(RelayRun::endAtOnce);
        LOG.info(
                "Outbox Relay {}: from {} at {} to Kafka at {}",
                Main.Version.number(),
                settings.source().outbox().table(),
                settings.source().connection().urlShown(),
                settings.publisher().bootstrapServers());
        StopSignals.handle(this::stop);
        BrokerLog brokers = new BrokerLog(settings.publisher().bootstrapServers());
        ProgressLog progress = new ProgressLog(relay.loop().progress(), System.nanoTime());
        try (BrokerProbe probe = BrokerProbe.start(inUse::publisher, () -> {})) {
            if (!isRefused(probe.awaitLook(LOOK_MAX))) {
                relay.start();
            }
            while (true) {
                try {
                    int status = exitStatus.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
                    progress.ended(status);
                    return status;
                } catch (TimeoutException e) {
                    if (!isRefused(probe.answer())) {
                        brokers.look(probe.answer(), System.nanoTime());
                    }
                    log.remind(System.nanoTime());
                    progress.look(System.nanoTime());
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Whether the brokers make a first start impossible. One that they have let in once is not ended by what changes there. */
    private boolean isRefused(BrokerProbe.Answer answer) {
        boolean refused = answer instanceof BrokerProbe.Away away
                && away.failure().kind() == FailureKind.MISCONFIGURED
                && relay.loop().progress().published() == 0;
        if (refused && !exitStatus.isDone()) {
            Refusal.print(((BrokerProbe.Away) answer).failure(), err);
            exitStatus.complete(ExitCodes.MISCONFIGURED);
        }
        return refused;
    }

    /** Called by the loop's thread. */
    private void entered(RelayState state) {
        if (state instanceof Failed refused && refused.cause().kind() == FailureKind.MISCONFIGURED && !ran) {
            Refusal.print(refused.cause(), err);
            exitStatus.complete(ExitCodes.MISCONFIGURED);
            return;
        }
        log.entered(state, System.nanoTime());
        if (state instanceof Running || state instanceof Standby) {
            ran = true;
        } else if (state instanceof Failed failure) {
            failed(failure.cause());
        } else if (state instanceof Stopped stopped) {
            exitStatus.complete(failed || stopped.uncommitted() > 0 ? ExitCodes.FAILED : ExitCodes.STOPPED);
        }
    }

    private void failed(Failure cause) {
        failed = true;
        if (cause.kind() == FailureKind.BUG) {
            exitStatus.complete(ExitCodes.BUG);
        } else if (exitOnFailure) {
            relay.loop().requestStop(settings.drainTimeout());
        } else {
            LOG.info("the process stays up, but publishes nothing; correct what is wrong and start it again");
        }
    }

    private void stop(String signal) {
        long now = System.nanoTime() | 1; // never 0, which stands for none
        if (firstSignalNanos.compareAndSet(0, now)) {
            LOG.info("{} received; stopping takes at most {}", signal, Durations.shown(settings.drainTimeout()));
            relay.loop().requestStop(settings.drainTimeout());
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
}
