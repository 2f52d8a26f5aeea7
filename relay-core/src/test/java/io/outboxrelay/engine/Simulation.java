package io.outboxrelay.engine;

import static io.outboxrelay.engine.SimulatedOutbox.transientFailure;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.failure.Backoff;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.poison.PoisonPolicy;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One relay between a simulated outbox and a simulated broker, driven by a virtual clock. Everything follows from the seed. */
final class Simulation {

    static final int RECORDS_MAX = 64;
    static final String POISON_TOPIC = "not a topic";

    final long seed;
    final SplittableRandom random;
    final SimulatedKafka kafka;
    final SimulatedOutbox outbox;
    final List<RelayState> states = new ArrayList<>();
    final RelayLoop loop;
    final Map<String, Integer> versions = new HashMap<>();
    private final PoisonPolicy poison;
    long nowNanos;

    Simulation(long seed) {
        this(seed, true);
    }

    /** A relay that fails at a first start that cannot work, or tries again. */
    Simulation(long seed, boolean failsAtStart) {
        this(seed, new SplittableRandom(seed), failsAtStart, PoisonPolicy.HALT);
    }

    /** A relay that does something else with poison than to halt. */
    Simulation(long seed, PoisonPolicy poison) {
        this(seed, new SplittableRandom(seed), true, poison);
    }

    private Simulation(long seed, SplittableRandom random, boolean failsAtStart, PoisonPolicy poison) {
        this(seed, random, new SimulatedKafka(random.split()), failsAtStart, poison, null);
    }

    private Simulation(
            long seed,
            SplittableRandom random,
            SimulatedKafka kafka,
            boolean failsAtStart,
            PoisonPolicy poison,
            @Nullable Simulation before) {
        this.seed = seed;
        this.random = random;
        this.nowNanos = random.nextLong();
        this.kafka = kafka;
        this.poison = poison;
        this.outbox = before == null ? new SimulatedOutbox(random.split(), kafka) : before.outbox;
        if (before != null) {
            versions.putAll(before.versions);
        }
        Router router = new Router(new RouteSettings("${topic}", Map.of(), true));
        LoopSettings settings = new LoopSettings(
                new WindowSettings(RECORDS_MAX, 1024 * 1024),
                new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3), random.split()),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                failsAtStart);
        this.loop = new RelayLoop(
                new RelayPorts(outbox::newSource, router, wakeup -> kafka.newPublisher(), poison),
                settings,
                () -> {},
                this::entered);
    }

    /** The next process on the same outbox and broker. The one before it is gone as if killed, whatever it had in flight. */
    Simulation successor() {
        kafka.loseInFlight();
        return new Simulation(seed, random, kafka, true, poison, this);
    }

    /** After some cycles it is asked to stop and does, with nothing left behind; the next process publishes all that stands. */
    Simulation stoppedCleanlyAndFollowed() {
        int cycles = random.nextInt(60);
        for (int i = 0; i < cycles; i++) {
            cycle();
        }
        loop.requestStop(Duration.ofSeconds(30));
        cycleUntil("stopped", () -> loop.state() instanceof Stopped);
        assertThat(loop.state()).isEqualTo(new Stopped(0));
        Simulation successor = successor();
        successor.cycleUntil("an empty outbox", successor.outbox::isEmpty);
        return successor;
    }

    /** How many rows. */
    int inserted() {
        return versions.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void entered(RelayState state) {
        states.add(state);
        if (state instanceof RelayState.Failed failed && failed.cause().cause() instanceof AssertionError broken) {
            throw broken;
        }
    }

    void insert(String key) {
        insert(key, random.nextInt(200), "events");
    }

    void insert(String key, int payloadBytes, String topic) {
        outbox.insert(key, versions.merge(key, 1, Integer::sum), payloadBytes, topic);
    }

    void insertSome(int count) {
        for (int i = 0; i < count; i++) {
            insert("key" + random.nextInt(7));
        }
    }

    /** One cycle; the clock moves on a little, as it would while the loop parks. */
    void cycle() {
        nowNanos += random.nextLong(loop.idleNanos());
        loop.runOnce(nowNanos);
    }

    void cycleUntil(String what, BooleanSupplier reached) {
        for (int i = 0; i < 100_000; i++) {
            if (reached.getAsBoolean()) {
                return;
            }
            cycle();
        }
        throw new AssertionError(what + " was not reached in 100,000 cycles; seed " + seed + ", states " + states);
    }

    void pass(Duration time) {
        long end = nowNanos + time.toNanos();
        while (nowNanos - end < 0) {
            cycle();
        }
    }

    /** Breaks something, at random, that the relay must come through by itself. */
    void disturb() {
        switch (random.nextInt(6)) {
            case 0 -> outbox.breaksNow = transientFailure("connection cut");
            case 1 -> kafka.breaksNow = transientFailure("producer broken");
            case 2 -> outbox.breaksNow = Failure.of(FailureKind.FENCED, "another relay holds the outbox", "wait");
            case 3 -> outbox.nextOpenFails = transientFailure("connection refused");
            case 4 -> kafka.nextMakeFails = transientFailure("no broker");
            default -> kafka.away = !kafka.away;
        }
    }

    /** Nothing is broken from now on. */
    void calm() {
        kafka.away = false;
        kafka.breaksNow = null;
        kafka.nextMakeFails = null;
        outbox.breaksNow = null;
        outbox.nextOpenFails = null;
    }

    void requireEverythingPublishedInOrder() {
        Map<String, List<Integer>> log = kafka.log();
        versions.forEach((key, last) -> {
            assertThat(log).as("seed %d", seed).containsKey(key);
            requireContiguousReruns(key, log.get(key), last);
        });
        assertThat(log.keySet())
                .as("seed %d: nothing but what was inserted", seed)
                .isEqualTo(versions.keySet());
    }

    void requireContiguousReruns(String key, List<Integer> sightings, int last) {
        int previous = 0;
        int highest = 0;
        for (int version : sightings) {
            assertThat(version)
                    .as("seed %d: %s in order, repeats as contiguous runs: %s", seed, key, sightings)
                    .isLessThanOrEqualTo(previous + 1);
            previous = version;
            highest = Math.max(highest, version);
        }
        assertThat(highest)
                .as("seed %d: the last version of %s: %s", seed, key, sightings)
                .isEqualTo(last);
    }

    void requireBounded() {
        assertThat(kafka.unsettledMax)
                .as("seed %d: records with the publisher", seed)
                .isLessThanOrEqualTo(RECORDS_MAX);
    }
}
