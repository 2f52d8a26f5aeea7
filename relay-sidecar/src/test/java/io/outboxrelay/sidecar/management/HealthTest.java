package io.outboxrelay.sidecar.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.engine.LoopSettings;
import io.outboxrelay.engine.RelayPorts;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Draining;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayThread;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import io.outboxrelay.source.SourceFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final Duration TURN_MAX = Duration.ofSeconds(1);
    private static final Duration LONGER = TURN_MAX.plusMillis(500);
    private static final Failure AWAY = Failure.of(FailureKind.TRANSIENT, "Kafka \"is\" away", "start it");

    /** Makes no source, as a database that is away does; and, once told to, does not come back from trying. */
    private final CountDownLatch isStuck = new CountDownLatch(1);

    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private volatile boolean sticks;
    private volatile boolean resolves;

    @Test
    void a_loop_that_goes_round_is_alive_whatever_is_away_and_one_that_is_stuck_is_not() throws Exception {
        RelayThread relay = relay();
        Health health = health(watched(relay));
        assertThat(health.live().status()).as("before it starts").isEqualTo(200);
        relay.start();
        long begun = System.nanoTime();
        // It has nothing to do all that time, as nothing can be reached.
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            assertThat(health.live().status()).as(said(health.live())).isEqualTo(200);
            return System.nanoTime() - begun > LONGER.toNanos();
        });

        sticks = true;
        isStuck.await();
        assertThat(health.live().status()).as("for the moment").isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> health.live().status() == 503);
        assertThat(said(health.live())).contains("\"status\":\"down\"", "\"loopStuckSeconds\":", "\"up\":false");

        sticks = false;
        mayGoOn.countDown();
        await().atMost(Duration.ofSeconds(20)).until(() -> health.live().status() == 200);
        relay.loop().requestStop(Duration.ofSeconds(1));
        assertThat(relay.awaitStopped(Duration.ofSeconds(20))).isTrue();
        long stopped = System.nanoTime();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            assertThat(health.live().status())
                    .as("a loop that has ended is not stuck")
                    .isEqualTo(200);
            return System.nanoTime() - stopped > LONGER.toNanos();
        });
    }

    @Test
    void a_loop_may_take_longer_while_the_names_of_the_brokers_are_resolved() throws Exception {
        resolves = true;
        RelayThread relay = relay();
        Health health = health(watched(relay));
        relay.start();
        isStuck.await();
        long begun = System.nanoTime();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            assertThat(health.live().status()).as(said(health.live())).isEqualTo(200);
            return System.nanoTime() - begun > LONGER.toNanos();
        });
        relay.loop().requestStop(Duration.ofSeconds(1));
        mayGoOn.countDown();
        assertThat(relay.awaitStopped(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void a_source_whose_thread_has_not_got_on_for_longer_than_the_database_may_take_is_not_alive() {
        long[] idleNanos = {Health.SOURCE_TURN_MAX.toNanos()};
        WatchedPipeline pipeline = new WatchedPipeline(
                "default", WAY, relay().loop().progress(), signs(() -> idleNanos[0]), Instant.EPOCH);
        assertThat(health(pipeline).live().status()).isEqualTo(200);
        idleNanos[0] += Duration.ofSeconds(1).toNanos();
        assertThat(health(pipeline).live().status()).isEqualTo(503);
        assertThat(said(health(pipeline).live())).contains("\"sourceStuckSeconds\":1801");
    }

    @Test
    void ready_is_whoever_runs_or_stands_by_and_nobody_else() {
        WatchedPipeline pipeline = watched(relay());
        Health health = health(pipeline);
        assertThat(health.ready().status()).as("starting").isEqualTo(503);
        Map.of(new Running(), 200, new Standby(AWAY, 0), 200, new Retrying(AWAY, 1, 0), 503, new Failed(AWAY), 503)
                .forEach((state, status) -> {
                    pipeline.entered(state, Instant.EPOCH);
                    assertThat(health.ready().status()).as(state.name()).isEqualTo(status);
                    assertThat(health.live().status()).as(state.name()).isEqualTo(200);
                });
    }

    @Test
    void a_process_is_ready_when_all_its_pipelines_are_and_says_of_each_why_not() {
        WatchedPipeline one = new WatchedPipeline("one", WAY, relay().loop().progress(), signs(() -> 0), Instant.EPOCH);
        WatchedPipeline two = new WatchedPipeline("two", WAY, relay().loop().progress(), signs(() -> 0), Instant.EPOCH);
        Health health = health(one, two);
        one.entered(new Running(), Instant.EPOCH);
        two.entered(new Retrying(AWAY, 1, 0), Instant.EPOCH.plusSeconds(5));
        two.entered(new Retrying(AWAY, 2, 0), Instant.EPOCH.plusSeconds(9));
        assertThat(health.ready().status()).isEqualTo(503);
        assertThat(said(health.ready()))
                .isEqualTo("{\"status\":\"down\",\"stopping\":false,\"pipelines\":["
                        + "{\"name\":\"one\",\"state\":\"running\",\"since\":\"1970-01-01T00:00:00Z\",\"kind\":null,\"cause\":null,"
                        + "\"remedy\":null,\"up\":true},"
                        + "{\"name\":\"two\",\"state\":\"retrying\",\"since\":\"1970-01-01T00:00:05Z\",\"kind\":\"transient\","
                        + "\"cause\":\"Kafka \\\"is\\\" away\",\"remedy\":\"start it\",\"up\":false}]}\n");
        two.entered(new Running(), Instant.EPOCH);
        assertThat(health.ready().status()).isEqualTo(200);
        one.entered(new Retrying(AWAY, 1, 0), Instant.EPOCH);
        assertThat(health.ready().status()).as("whichever it is").isEqualTo(503);
    }

    @Test
    void a_pipeline_with_nothing_to_publish_is_not_ready_before_a_broker_was_reached() {
        AtomicReference<Optional<Failure>> unreached = new AtomicReference<>(Optional.of(AWAY));
        WatchedPipeline.Signs signs = new WatchedPipeline.Signs(source(() -> 0), unreached::get);
        WatchedPipeline pipeline =
                new WatchedPipeline("one", WAY, relay().loop().progress(), signs, Instant.EPOCH);
        Health health = health(pipeline);
        pipeline.entered(new Running(), Instant.EPOCH);
        assertThat(health.live().status()).isEqualTo(200);
        assertThat(health.started().status()).isEqualTo(503);
        assertThat(health.ready().status()).isEqualTo(503);
        assertThat(said(health.ready())).contains("Kafka");
        unreached.set(Optional.empty());
        assertThat(health.started().status()).isEqualTo(200);
        assertThat(health.ready().status()).isEqualTo(200);
        assertThat(said(health.ready())).doesNotContain("Kafka");
    }

    @Test
    void a_process_that_was_told_to_end_is_alive_and_not_ready_at_once_whatever_its_pipelines_have_noticed() {
        WatchedPipeline pipeline = watched(relay());
        Health health = health(pipeline);
        pipeline.entered(new Running(), Instant.EPOCH);
        health.stopping();
        assertThat(health.ready().status()).isEqualTo(503);
        assertThat(said(health.ready())).contains("\"stopping\":true");
        pipeline.entered(new Draining(0), Instant.EPOCH);
        assertThat(health.ready().status()).isEqualTo(503);
        assertThat(health.live().status()).isEqualTo(200);
    }

    @Test
    void started_is_whoever_has_run_or_stood_by_once() {
        for (RelayState first : List.of(new Running(), new Standby(AWAY, 0))) {
            WatchedPipeline pipeline = watched(relay());
            Health health = health(pipeline);
            pipeline.entered(new Retrying(AWAY, 1, 0), Instant.EPOCH);
            assertThat(health.started().status()).isEqualTo(503);
            pipeline.entered(first, Instant.EPOCH);
            assertThat(health.started().status()).isEqualTo(200);
            pipeline.entered(new Retrying(AWAY, 1, 0), Instant.EPOCH);
            assertThat(health.started().status()).as("it is still").isEqualTo(200);
        }
    }

    private static final WatchedPipeline.Way WAY =
            new WatchedPipeline.Way("database", "outbox", "topic", "broker:9092");

    private static WatchedPipeline.Signs signs(LongSupplier nanosSinceTurn) {
        return new WatchedPipeline.Signs(source(nanosSinceTurn), Optional::empty);
    }

    private static SourceFigures source(LongSupplier nanosSinceTurn) {
        return new SourceFigures() {
            @Override
            public long nanosSinceTurn(long nowNanos) {
                return nanosSinceTurn.getAsLong();
            }

            @Override
            public long oldestPendingNanos(long nowNanos) {
                return 0;
            }

            @Override
            public Levels levels() {
                return new Levels(0, 0, false, 0);
            }
        };
    }

    private static Health health(WatchedPipeline... pipelines) {
        return new Health(List.of(pipelines), TURN_MAX);
    }

    private static WatchedPipeline watched(RelayThread relay) {
        return new WatchedPipeline("default", WAY, relay.loop().progress(), signs(() -> 0), Instant.EPOCH);
    }

    private RelayThread relay() {
        RelayPorts ports = new RelayPorts(
                () -> {
                    stickIf(sticks);
                    throw new RelayException(AWAY);
                },
                new Router(new RouteSettings("topic", Map.of(), false)),
                wakeup -> {
                    stickIf(resolves);
                    throw new RelayException(AWAY);
                });
        LoopSettings defaults = LoopSettings.defaults(new SplittableRandom(1));
        return new RelayThread(
                ports,
                new LoopSettings(
                        WindowSettings.DEFAULTS,
                        defaults.backoff(),
                        defaults.standbyInterval(),
                        defaults.stalledAfter(),
                        true),
                state -> {});
    }

    private void stickIf(boolean told) {
        if (told) {
            isStuck.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String said(Answer answer) {
        return new String(answer.body(), UTF_8);
    }
}
