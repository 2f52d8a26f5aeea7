package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.engine.RelayLoop;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.outbox.PipelineThreads;
import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.publish.BrokerProbe.Asking;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.BrokerProbe.Reached;
import io.outboxrelay.sidecar.management.WatchedPipeline;
import io.outboxrelay.sidecar.metrics.Measured;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay of this process, with all that is its own: its loop and the loop's thread, its look for the brokers, what it says in
 * the log. What becomes of the process is its {@link Listener}'s to decide. {@link #name}, {@link #settings}, {@link #loop},
 * {@link #measured} and {@link #refusal} may be asked by any thread; all else belongs to the main thread.
 *
 * <p>Alone in its process, it ends when it cannot work as it is set up, and whoever supervises the process starts it again. Beside
 * others it tries again by itself, so that they need not be stopped for its sake.
 */
final class Pipeline implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");

    /** Beside others an answer is waited for, not only a look: what refuses the relay is its state, and no end of the process. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

    /** Is told, on the loop's or the main thread, what the process has to know. */
    interface Listener {

        /** It never ran, and cannot as things are set up. Told again when there is another cause, or the same again. */
        void refused(Failure cause);

        /** It needs an operator. */
        void failed(Failure cause);

        /** It has stopped, having been asked to. */
        void stopped(int uncommitted);
    }

    private final String name;
    private final SettingsInUse inUse;
    private final boolean besideOthers;
    private final Listener listener;
    private final StateLog log;
    private final RelayThread relay;
    private final Measured measured;
    private final Housekeeping housekeeping;
    private final BrokerLog brokers;
    private final ProgressLog progress;
    private final WatchedPipeline watched;
    private final BrokerProbe probe;
    private final long beginsAtNanos;

    private volatile boolean isStopping;

    /** Used by the loop's thread only. */
    private boolean ran;

    /** Why the loop gets nowhere as things are set up, while it never ran. Written by the loop's thread only. */
    private volatile @Nullable Failure refusal;

    /**
     * A relay that was not started yet; it begins to look for its brokers at once.
     *
     * @param besideOthers whether there are several pipelines in this process
     */
    Pipeline(String name, SettingsInUse inUse, boolean besideOthers, Listener listener) {
        this.name = name;
        this.inUse = inUse;
        this.besideOthers = besideOthers;
        this.listener = listener;
        PipelineSettings settings = inUse.atStart();
        this.log = new StateLog(
                LOG,
                name,
                "reads " + settings.source().outbox() + " and publishes to "
                        + settings.route().topic(),
                System.nanoTime());
        Duration beginsWithin = besideOthers ? ANSWER_MAX : BrokerProbe.lookMax(settings.publisher());
        this.beginsAtNanos = System.nanoTime() + beginsWithin.toNanos();
        this.brokers = new BrokerLog(settings.publisher().bootstrapServers());
        this.probe = BrokerProbe.start(inUse::publisher, () -> {});
        PipelineAssembly assembly =
                new PipelineAssembly(name, inUse, besideOthers ? Optional.of(probe) : Optional.empty());
        PipelineAssembly.Assembled assembled = assembly.put(this::entered);
        this.relay = assembled.thread();
        this.measured = assembled.measured();
        this.housekeeping = assembled.housekeeping();
        this.progress = new ProgressLog(relay.loop().progress(), System.nanoTime());
        this.watched = new WatchedPipeline(
                name,
                new WatchedPipeline.Way(
                        settings.source().connection().urlShown(),
                        settings.source().outbox(),
                        settings.route().topic(),
                        settings.publisher().bootstrapServers()),
                relay.loop().progress(),
                new WatchedPipeline.Signs(measured.source(), this::unreached),
                Instant.now());
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

    /** Why it has not run yet, and cannot as things are set up; beside others, with its name. */
    Optional<Failure> refusal() {
        return Optional.ofNullable(refusal)
                .or(this::refusalByBrokers)
                .map(cause -> besideOthers ? cause.about(name) : cause);
    }

    /** Begins to relay as soon as enough is known of its brokers, or they have let themselves be waited for; false before. */
    boolean begins() {
        boolean isKnown = besideOthers ? !(probe.answer() instanceof Asking) : probe.hasLooked();
        if (!isKnown && !isStopping && System.nanoTime() - beginsAtNanos < 0) {
            return false;
        }
        inContext(this::begin);
        return true;
    }

    private void begin() {
        String from = settings().source().outbox() + " at "
                + settings().source().connection().urlShown();
        String to = settings().publisher().bootstrapServers();
        if (besideOthers) {
            LOG.info("from {} to Kafka at {}", from, to);
            start();
            return;
        }
        LOG.info("Outbox Relay {}: from {} to Kafka at {}", Version.number(), from, to);
        Optional<Failure> refused = refusalByBrokers();
        refused.ifPresentOrElse(listener::refused, this::start);
    }

    private void start() {
        relay.start();
        housekeeping.start();
    }

    /** To be called every second or so: says what is to be said of what goes on. */
    void look() {
        inContext(() -> {
            long now = System.nanoTime();
            refusalByBrokers().ifPresent(listener::refused);
            // What keeps the loop from publishing is said with its state.
            if (!besideOthers || probe.answer() instanceof Reached || !(loop().state() instanceof Retrying)) {
                brokers.look(probe.answer(), now);
            }
            log.remind(now);
            progress.look(now);
        });
    }

    /** Asks for a graceful stop. Any thread; returns at once. */
    void requestStop(Duration within) {
        isStopping = true;
        relay.loop().requestStop(within);
    }

    /** Says how much was published. */
    void ended(int exitStatus) {
        inContext(() -> progress.ended(exitStatus));
    }

    @Override
    public void close() {
        housekeeping.close();
        probe.close();
    }

    private void inContext(Runnable work) {
        PipelineThreads.runFor(besideOthers ? name : null, work);
    }

    /** Why no broker was reached yet. Any thread. */
    private Optional<Failure> unreached() {
        if (probe.answer() instanceof Reached || loop().progress().published() > 0) {
            return Optional.empty();
        }
        return Optional.of(
                probe.answer() instanceof Away away
                        ? away.failure()
                        : Failure.of(FailureKind.TRANSIENT, "no broker has answered yet", ""));
    }

    /** Whether the brokers make a first start impossible. One that they have let in once is not ended by what changes there. */
    private Optional<Failure> refusalByBrokers() {
        return probe.answer() instanceof Away away
                        && away.failure().kind() == FailureKind.MISCONFIGURED
                        && loop().progress().published() == 0
                ? Optional.of(away.failure())
                : Optional.empty();
    }

    /** Called by the loop's thread. */
    private void entered(RelayState state) {
        watched.entered(state, Instant.now());
        if (state instanceof Running || state instanceof Standby) {
            ran = true;
            refusal = null;
        } else if (!ran) {
            refusal = refusalIn(state);
        }
        Failure refused = refusal;
        boolean endsAlone = refused != null && !besideOthers;
        if (!endsAlone) {
            log.entered(state, System.nanoTime());
        }
        if (refused != null) {
            listener.refused(refused);
        } else if (state instanceof Failed failure) {
            listener.failed(failure.cause());
        } else if (state instanceof Stopped stopped) {
            listener.stopped(stopped.uncommitted());
        }
    }

    private static @Nullable Failure refusalIn(RelayState state) {
        Failure cause = state instanceof Failed failed
                ? failed.cause()
                : state instanceof Retrying retrying ? retrying.failure() : null;
        return cause != null && cause.kind() == FailureKind.MISCONFIGURED ? cause : null;
    }
}
