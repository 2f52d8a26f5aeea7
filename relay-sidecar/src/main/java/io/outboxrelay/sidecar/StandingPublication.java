package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.DebeziumSource;
import io.outboxrelay.debezium.LogFigures;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.debezium.repair.StandingSource;
import io.outboxrelay.engine.LoopProgress;
import io.outboxrelay.engine.LoopSettings;
import io.outboxrelay.engine.RelayPorts;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.KafkaPublishers;
import io.outboxrelay.route.Router;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The rows that stand, on their way through the relay's own loop: the same routing, window, retries and refusals. What is away is waited
 * for; what needs somebody ends it. Used by the main thread.
 */
final class StandingPublication {

    /** As much as a log reader holds. */
    private static final long BYTES_MAX = 8L << 20;

    private static final Duration SAID_EVERY = Duration.ofSeconds(5);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final SettingsInUse inUse;
    private final PrintWriter out;

    StandingPublication(SettingsInUse inUse, PrintWriter out) {
        this.inUse = inUse;
        this.out = out;
    }

    /**
     * Publishes them all, for as long as it takes.
     *
     * @return what became of them
     * @throws RelayException what keeps one from being published for good, or the snapshot is lost
     */
    LoopProgress publish(StandingRows rows) throws InterruptedException {
        PipelineSettings settings = inUse.atStart();
        CompletableFuture<Optional<Failure>> end = new CompletableFuture<>();
        StandingSource source = new StandingSource(
                rows,
                BYTES_MAX,
                DebeziumSource.rows(
                        ((SourceSettings.Debezium) settings.source()).debezium(), new LogFigures(), () -> null),
                () -> end.complete(Optional.empty()));
        KafkaPublishers publishers = new KafkaPublishers(inUse::publisher);
        LoopSettings defaults = LoopSettings.defaults(new SplittableRandom());
        LoopSettings loop = new LoopSettings(
                settings.window(), defaults.backoff(), defaults.standbyInterval(), defaults.stalledAfter(), true);
        RelayThread relay = new RelayThread(
                new RelayPorts(
                        () -> source,
                        new Router(settings.route()),
                        publishers::open,
                        DeadLetterLog.policy("repair", settings)),
                loop,
                state -> {
                    if (state instanceof Failed failed) {
                        end.complete(Optional.of(failed.cause()));
                    }
                });
        relay.start();
        Optional<Failure> failure = awaited(end, relay);
        relay.loop().requestStop(STOP_WITHIN);
        boolean stopped = relay.awaitStopped(STOP_WITHIN.plusSeconds(3));
        if (failure.isPresent()) {
            throw new RelayException(failure.get());
        }
        if (!stopped) {
            throw new RelayException(
                    FailureKind.BUG,
                    "the loop does not stop though all is published",
                    "run repair again, and report this");
        }
        return relay.loop().progress();
    }

    private Optional<Failure> awaited(CompletableFuture<Optional<Failure>> end, RelayThread relay)
            throws InterruptedException {
        while (true) {
            try {
                return end.get(SAID_EVERY.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                say(relay);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void say(RelayThread relay) {
        RelayState state = relay.loop().state();
        out.println("        published " + relay.loop().progress().published() + " so far"
                + (state instanceof Retrying retrying
                        ? "; waits: " + retrying.failure().summary()
                        : ""));
        out.flush();
    }
}
