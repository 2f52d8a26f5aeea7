package io.outboxrelay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.poison.DeadLetter;
import io.outboxrelay.poison.DeadLetters;
import io.outboxrelay.poison.PoisonAction;
import io.outboxrelay.poison.PoisonSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be published becomes a dead letter, and holds nobody up, whatever fails at the same time. */
class DeadLetterSimulationTest {

    /** Every tenth version of a key is refused by the broker. */
    private static final String REFUSED = "0";

    private final List<DeadLetter> letters = new ArrayList<>();

    static LongStream seeds() {
        return LongStream.range(Long.getLong("relay.seedsFrom", 0), Long.getLong("relay.seedsTo", 200));
    }

    private Simulation world(long seed, Map<PoisonReason, PoisonAction> byReason) {
        letters.clear();
        PoisonSettings settings =
                new PoisonSettings(PoisonAction.DEAD_LETTER, byReason, Map.of(), SimulatedKafka.DEAD_LETTERS);
        DeadLetters.Origin origin = new DeadLetters.Origin("outbox", "1");
        Simulation world = new Simulation(
                seed, new DeadLetters(settings, origin, InstantSource.fixed(Instant.EPOCH), letters::add));
        world.kafka.refusedEnding = REFUSED;
        return world;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void poison_stands_among_the_dead_letters_and_all_else_is_published_in_order(long seed) {
        Simulation world = world(seed, Map.of());
        Set<String> unroutable = new HashSet<>();
        for (int process = 0; process < 3; process++) {
            int cycles = world.random.nextInt(150);
            for (int i = 0; i < cycles; i++) {
                world.insertSome(world.random.nextInt(12));
                if (world.random.nextInt(5) == 0) {
                    String key = "key" + world.random.nextInt(7);
                    world.insert(key, 10, Simulation.POISON_TOPIC);
                    unroutable.add(key + "-" + world.versions.get(key));
                }
                if (world.random.nextInt(15) == 0) {
                    world.disturb();
                }
                world.cycle();
            }
            world.requireBounded();
            world = world.successor();
        }
        world.calm();
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);

        Set<String> poison = new HashSet<>(unroutable);
        world.versions.forEach((key, last) -> {
            for (int version = 10; version <= last; version += 10) {
                poison.add(key + "-" + version);
            }
        });
        assertThat(world.kafka.deadLetterIds()).as("seed %d", seed).isEqualTo(poison);
        assertThat(letters)
                .as("seed %d: each was told of", seed)
                .extracting(DeadLetter::id)
                .containsAll(poison);
        requireOthersInOrder(world, poison);
        assertThat(world.loop.state()).isInstanceOf(Running.class);
    }

    private static void requireOthersInOrder(Simulation world, Set<String> poison) {
        Map<String, List<Integer>> log = world.kafka.log();
        world.versions.forEach((key, last) -> {
            Map<Integer, Integer> ranks = new HashMap<>();
            for (int version = 1; version <= last; version++) {
                if (!poison.contains(key + "-" + version)) {
                    ranks.put(version, ranks.size() + 1);
                }
            }
            List<Integer> ranked =
                    log.getOrDefault(key, List.of()).stream().map(ranks::get).toList();
            if (!ranks.isEmpty()) {
                world.requireContiguousReruns(key, ranked, ranks.size());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_clean_stop_takes_dead_letters_with_it_and_repeats_none(long seed) {
        Simulation world = world(seed, Map.of());
        world.insertSome(50 + world.random.nextInt(500));
        Simulation successor = world.stoppedCleanlyAndFollowed();
        assertThat(successor.kafka.sightings)
                .as("seed %d: every row exactly once, as itself or as a dead letter", seed)
                .isEqualTo(successor.inserted());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_reason_that_halts_halts_in_front_of_its_row_and_others_do_not(long seed) {
        Simulation world = world(seed, Map.of(PoisonReason.UNROUTABLE, PoisonAction.HALT));
        int before = world.random.nextInt(300);
        world.insertSome(before);
        world.insert("stopper", 10, Simulation.POISON_TOPIC);
        world.insertSome(300);
        world.cycleUntil("failed", () -> world.loop.state() instanceof Failed);
        world.loop.requestStop(Duration.ofSeconds(60));
        world.cycleUntil("stopped", () -> world.loop.state() instanceof Stopped);

        assertThat(world.outbox.firstId())
                .as("seed %d: all before it is done with, dead letters too", seed)
                .isEqualTo("stopper-1");
        assertThat(world.kafka.deadLetterIds()).doesNotContain("stopper-1");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_dead_letter_that_is_refused_too_halts_the_relay_and_its_row_stays(long seed) {
        Simulation world = world(seed, Map.of());
        world.kafka.refusesDeadLetters = true;
        world.insertSome(world.random.nextInt(300));
        for (int i = 0; i < 10; i++) {
            world.insert("poisoned");
        }
        world.insertSome(100);
        world.cycleUntil("failed", () -> world.loop.state() instanceof Failed);
        assertThat(((Failed) world.loop.state()).cause().summary())
                .as("seed %d", seed)
                .contains("neither can its dead letter");
        world.loop.requestStop(Duration.ofSeconds(60));
        world.cycleUntil("stopped", () -> world.loop.state() instanceof Stopped);

        assertThat(world.outbox.firstId()).as("seed %d", seed).endsWith(REFUSED);
        assertThat(world.kafka.deadLetterIds()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void in_front_of_a_dead_letter_that_is_refused_too_all_others_stand(long seed) {
        Simulation world = world(seed, Map.of());
        world.kafka.refusedLetterId = "poisoned-10";
        world.insertSome(200);
        for (int i = 0; i < 10; i++) {
            world.insertSome(20);
            world.insert("poisoned");
        }
        world.insertSome(100);
        world.cycleUntil("failed", () -> world.loop.state() instanceof Failed);
        world.loop.requestStop(Duration.ofSeconds(60));
        world.cycleUntil("stopped", () -> world.loop.state() instanceof Stopped);

        assertThat(world.outbox.firstId()).as("seed %d", seed).isEqualTo("poisoned-10");
    }
}
