package io.outboxrelay.engine;

import static io.outboxrelay.engine.SimulatedOutbox.transientFailure;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Stopped;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promises, held by the loop between ports that fail at random. A failing seed reproduces the run exactly. */
class RelaySimulationTest {

    /** More of them by {@code -Drelay.seedsFrom=} and {@code -Drelay.seedsTo=}. */
    static LongStream seeds() {
        return LongStream.range(Long.getLong("relay.seedsFrom", 0), Long.getLong("relay.seedsTo", 400));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everything_is_published_in_order_whatever_breaks(long seed) {
        Simulation world = new Simulation(seed);
        for (int i = 0; i < 300; i++) {
            world.insertSome(world.random.nextInt(12));
            if (world.random.nextInt(15) == 0) {
                world.disturb();
            }
            world.cycle();
        }
        world.calm();
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);

        world.requireEverythingPublishedInOrder();
        world.requireBounded();
        assertThat(world.loop.state()).isInstanceOf(Running.class);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_clean_stop_repeats_nothing(long seed) {
        Simulation world = new Simulation(seed);
        world.insertSome(50 + world.random.nextInt(500));
        Simulation successor = world.stoppedCleanlyAndFollowed();
        successor.requireEverythingPublishedInOrder();
        assertThat(successor.kafka.sightings)
                .as("seed %d: every row exactly once", seed)
                .isEqualTo(successor.inserted());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_kill_repeats_at_most_the_window(long seed) {
        Simulation world = new Simulation(seed);
        int kills = 0;
        for (; kills < 5; kills++) {
            world.insertSome(200);
            int cycles = world.random.nextInt(80);
            for (int i = 0; i < cycles; i++) {
                world.cycle();
            }
            world = world.successor();
        }
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);
        world.requireEverythingPublishedInOrder();
        int rows = world.versions.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(world.kafka.sightings - rows)
                .as("seed %d: repeats after %d kills", seed, kills)
                .isLessThanOrEqualTo(kills * Simulation.RECORDS_MAX);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_row_that_cannot_be_routed_halts_the_relay_and_nothing_passes_it(long seed) {
        Simulation world = new Simulation(seed);
        int before = world.random.nextInt(300);
        world.insertSome(before);
        world.insert("poisoned", 10, Simulation.POISON_TOPIC);
        world.insertSome(300);
        for (int i = 0; i < 200; i++) {
            if (world.random.nextInt(15) == 0) {
                world.disturb();
            }
            world.cycle();
        }
        world.calm();
        Simulation successor = world.successor();
        successor.cycleUntil("failed", () -> successor.loop.state() instanceof Failed);
        successor.loop.requestStop(Duration.ofSeconds(60));
        successor.cycleUntil("stopped", () -> successor.loop.state() instanceof Stopped);

        assertThat(successor.kafka.acknowledgedIds())
                .as("seed %d: all before it, nothing behind it", seed)
                .hasSize(before);
        assertThat(successor.kafka.log()).doesNotContainKey("poisoned");
        assertThat(successor.outbox.size())
                .as("seed %d: it and the rest stand", seed)
                .isEqualTo(301);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_row_that_the_broker_refuses_halts_the_relay_and_stays(long seed) {
        Simulation world = new Simulation(seed);
        int before = world.random.nextInt(100);
        world.insertSome(before);
        world.insert("poisoned");
        world.kafka.refusedId = "poisoned-1";
        world.insert("poisoned");
        world.insertSome(500);
        world.cycleUntil("failed", () -> world.loop.state() instanceof Failed);
        assertThat(((Failed) world.loop.state()).cause().summary()).contains("poisoned-1");
        world.kafka.breaksNow = transientFailure("producer broken while halted");
        world.loop.requestStop(Duration.ofSeconds(60));
        world.cycleUntil("stopped", () -> world.loop.state() instanceof Stopped);

        assertThat(world.outbox.size())
                .as("seed %d: what came before it is committed, it and the rest stand", seed)
                .isEqualTo(502);
        assertThat(world.kafka.log()).as("seed %d: nor what is behind it", seed).doesNotContainKey("poisoned");
        assertThat(world.kafka.refusedSends)
                .as("seed %d: it is not tried again", seed)
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusals_failures_and_stops_in_any_order_lose_nothing_and_end_at_the_refused_row(long seed) {
        Simulation world = new Simulation(seed);
        world.insertSome(world.random.nextInt(100));
        world.insert("poisoned");
        world.kafka.refusedId = "poisoned-1";
        for (int process = 0; process < 4; process++) {
            int cycles = world.random.nextInt(150);
            int stopAt = world.random.nextInt(300);
            for (int i = 0; i < cycles; i++) {
                world.insertSome(world.random.nextInt(8));
                if (world.random.nextInt(10) == 0) {
                    world.disturb();
                }
                if (i == stopAt) {
                    world.loop.requestStop(Duration.ofMillis(world.random.nextInt(2_000)));
                }
                world.cycle();
            }
            world.requireBounded();
            if (world.random.nextBoolean()) {
                world.calm();
                Simulation calm = world;
                world.cycleUntil("an end", () -> !(calm.loop.state() instanceof RelayState.Active));
            }
            world = world.successor();
        }
        world.calm();
        Simulation last = world;
        last.cycleUntil("failed", () -> last.loop.state() instanceof Failed);
        last.loop.requestStop(Duration.ofSeconds(60));
        last.cycleUntil("stopped", () -> last.loop.state() instanceof Stopped);
        assertThat(last.outbox.firstId()).as("seed %d", seed).isEqualTo("poisoned-1");

        last.kafka.refusedId = null;
        Simulation mended = last.successor();
        mended.cycleUntil("an empty outbox", mended.outbox::isEmpty);
        mended.requireEverythingPublishedInOrder();
    }
}
