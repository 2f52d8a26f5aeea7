package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.engine.RelayLoop;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.sidecar.management.WatchedPipeline;
import io.outboxrelay.sidecar.metrics.Measured;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay of this process, with all that is its own: its loop and the loop's thread, its look for the brokers, what it says in
 * the log. What becomes of the process is its {@link Listener}'s to decide. {@link #name}, {@link #settings}, {@link #loop} and {@link #measured} may
 * be asked by any thread; all else belongs to the main thread.
 */
final class Pipeline implements AutoCloseable {

    /** The name of the pipeline in a file that names none. */
    static final String DEFAULT_NAME = "default";

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");

    /** Brokers that are neither there nor refuse are waited for no longer before the relay begins with what it can. */
    private static final Duration LOOK_MAX = Duration.ofSeconds(3);

    /** Is told, on the loop's or the main thread, what the process has to know. */
    interface Listener {

        /** It never ran, and cannot as things are set up. */
        void refused(Failure cause);

        /** It needs an operator. */
        void failed(Failure cause);

        /** It has stopped, having been asked to. */
        void stopped(int uncommitted);
    }

    private final String name;
    private final SettingsInUse inUse;
    private final Listener listener;
    private final StateLog log;
    private final RelayThread relay;
    private final Measured measured;
    private final BrokerLog brokers;
    private final ProgressLog progress;
    private final BrokerProbe probe;
    private final WatchedPipeline watched;

    /** Used by the loop's thread only. */
    private boolean ran;

    /** A relay that was not started yet; it begins to look for its brokers at once. */
    Pipeline(String name, SettingsInUse inUse, Listener listener) {
        this.name = name;
        this.inUse = inUse;
        this.listener = listener;
        PipelineSettings settings = inUse.atStart();
        this.log = new StateLog(
                LOG,
                "reads " + settings.source().outbox().table() + " and publishes to "
                        + settings.route().topic(),
                System.nanoTime());
        PipelineAssembly.Assembled assembled = PipelineAssembly.of(name, inUse, this::entered);
        this.relay = assembled.thread();
        this.measured = assembled.measured();
        this.brokers = new BrokerLog(settings.publisher().bootstrapServers());
        this.progress = new ProgressLog(relay.loop().progress(), System.nanoTime());
        this.watched = new WatchedPipeline(
                name,
                new WatchedPipeline.Way(
                        settings.source().connection().urlShown(),
                        settings.source().outbox().table(),
                        settings.route().topic(),
                        settings.publisher().bootstrapServers()),
                relay.loop().progress(),
                Instant.now());
        this.probe = BrokerProbe.start(inUse::publisher, () -> {});
    }

    String name() {
        return name;
    }

    /** As they were at the start. */
    PipelineSettings settings() {
        return inUse.atStart();
    }

    /** For its state and its progress. */
    RelayLoop loop() {
        return relay.loop();
    }

    /** Where its figures come from, for metrics and for people. */
    Measured measured() {
        return measured;
    }

    /** For those who look at it from outside. */
    WatchedPipeline watched() {
        return watched;
    }

    /** Starts to relay, unless the brokers refuse it; waits for a moment until that is known. */
    void start() throws InterruptedException {
        LOG.info(
                "Outbox Relay {}: from {} at {} to Kafka at {}",
                Main.Version.number(),
                settings().source().outbox().table(),
                settings().source().connection().urlShown(),
                settings().publisher().bootstrapServers());
        if (!isRefused(probe.awaitLook(LOOK_MAX))) {
            relay.start();
        }
    }

    /** To be called every second or so: says what is to be said of what goes on. */
    void look() {
        long now = System.nanoTime();
        BrokerProbe.Answer answer = probe.answer();
        if (!isRefused(answer)) {
            brokers.look(answer, now);
        }
        log.remind(now);
        progress.look(now);
    }

    /** Asks for a graceful stop. Any thread; returns at once. */
    void requestStop(Duration within) {
        relay.loop().requestStop(within);
    }

    /** Says how much was published. */
    void ended(int exitStatus) {
        progress.ended(exitStatus);
    }

    @Override
    public void close() {
        probe.close();
    }

    /** Whether the brokers make a first start impossible. One that they have let in once is not ended by what changes there. */
    private boolean isRefused(BrokerProbe.Answer answer) {
        if (answer instanceof BrokerProbe.Away away
                && away.failure().kind() == FailureKind.MISCONFIGURED
                && loop().progress().published() == 0) {
            listener.refused(away.failure());
            return true;
        }
        return false;
    }

    /** Called by the loop's thread. */
    private void entered(RelayState state) {
        watched.entered(state, Instant.now());
        if (state instanceof Failed refused && refused.cause().kind() == FailureKind.MISCONFIGURED && !ran) {
            listener.refused(refused.cause());
            return;
        }
        log.entered(state, System.nanoTime());
        if (state instanceof Running || state instanceof Standby) {
            ran = true;
        } else if (state instanceof Failed failure) {
            listener.failed(failure.cause());
        } else if (state instanceof Stopped stopped) {
            listener.stopped(stopped.uncommitted());
        }
    }
}
