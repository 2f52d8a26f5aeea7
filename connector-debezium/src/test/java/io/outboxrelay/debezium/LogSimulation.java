package io.outboxrelay.debezium;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.debezium.SimulatedSource.Trouble;
import io.outboxrelay.debezium.SimulatedSource.World;
import io.outboxrelay.engine.LoopSettings;
import io.outboxrelay.engine.RelayLoop;
import io.outboxrelay.engine.RelayPorts;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.failure.Backoff;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One relay between a simulated log and a simulated broker, by a virtual clock; engine, window and all of this module's protocol are real. */
final class LogSimulation {

    /** Less than a large transaction has rows. */
    static final int WINDOW = 24;

    private static final List<Trouble> TROUBLES = List.of(Trouble.values());

    final long seed;
    final SplittableRandom random;
    final SimulatedLog log;
    final SimulatedBroker broker;
    private RelayLoop loop;
    private @Nullable SimulatedSource source;
    private long attempts;
    private long nowNanos = 1;

    @Nullable
    String poisonId;

    LogSimulation(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.broker = new SimulatedBroker(random.split());
        this.log = new SimulatedLog(seed, random.split(), broker::hasAcknowledged);
        this.loop = newLoop();
    }

    private RelayLoop newLoop() {
        return new RelayLoop(
                new RelayPorts(
                        this::newSource,
                        new Router(new RouteSettings("events", Map.of(), true)),
                        wakeup -> broker.newPublisher()),
                new LoopSettings(
                        new WindowSettings(WINDOW, 1 << 20),
                        new Backoff(Duration.ofMillis(20), Duration.ofMillis(500), random.split()),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(5),
                        true),
                () -> {},
                LogSimulation::entered);
    }

    private OutboxSource newSource() {
        SimulatedSource made = new SimulatedSource(new World(log, random, poisonId), ++attempts);
        source = made;
        return made;
    }

    /** What the log holds against the relay is not to be taken for a failure of the relay's. */
    private static void entered(RelayState state) {
        if (state instanceof RelayState.Failed failed && failed.cause().cause() instanceof AssertionError broken) {
            throw broken;
        }
    }

    RelayState state() {
        return loop.state();
    }

    /** The process is gone, in the middle of whatever it does; the next one begins. */
    void kill() {
        broker.loseInFlight();
        log.cut();
        restart();
    }

    /** Another process, once the first has ended. */
    void restart() {
        source = null;
        loop = newLoop();
    }

    void stop() {
        loop.requestStop(Duration.ofMinutes(1));
    }

    void cycle() {
        cycle(null);
    }

    /** A few turns of each thread, in any proportion. */
    void cycle(@Nullable Trouble trouble) {
        nowNanos += random.nextLong(Duration.ofMillis(10).toNanos());
        loop.runOnce(nowNanos);
        Trouble befalls = trouble;
        for (int i = random.nextInt(3); i > 0 && source != null; i--) {
            source.turn(nowNanos, befalls);
            befalls = null;
        }
        if (random.nextInt(3) == 0) {
            log.arrives();
        }
    }

    /** Cycles at random, with others writing and things breaking. */
    void live(int cycles) {
        for (int i = 0; i < cycles; i++) {
            log.work();
            Trouble trouble = null;
            switch (random.nextInt(40)) {
                case 0 -> trouble = TROUBLES.get(random.nextInt(TROUBLES.size()));
                case 1 -> broker.breaksNow = true;
                case 2, 3 -> broker.away = !broker.away;
                default -> {}
            }
            cycle(trouble);
        }
        broker.away = false;
        broker.breaksNow = false;
    }

    void cycleUntil(String what, BooleanSupplier reached) {
        for (int i = 0; i < 5_000 && !reached.getAsBoolean(); i++) {
            cycle();
        }
        if (!reached.getAsBoolean()) {
            throw new AssertionError(
                    "seed " + seed + ": " + what + " was not reached in 5,000 cycles; the relay is " + loop.state());
        }
    }

    /** Nobody writes any more, and everything comes to be confirmed. */
    void settle() {
        log.rest();
        cycleUntil(
                "everything confirmed",
                () -> log.firstUnconfirmed() == log.committed().size());
    }

    void requireEverythingInOrder() {
        broker.requireEverythingInOrder(seed, log.versions());
    }
}
