package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.debezium.SimulatedLog.Row;
import io.outboxrelay.debezium.SimulatedLog.Transaction;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Stopped;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a slot may be told, held by everything between the log and the broker while both fail at random. The slot itself watches: it is
 * never told of a place in front of which anything is not acknowledged, nor of one that is not stored. A failing seed reproduces
 * the run.
 */
class LogSimulationTest {

    /** More of them by {@code -Drelay.seedsFrom=} and {@code -Drelay.seedsTo=}. */
    static LongStream seeds() {
        return LongStream.range(Long.getLong("relay.seedsFrom", 0), Long.getLong("relay.seedsTo", 200));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothing_is_lost_or_out_of_order_whatever_breaks_and_however_often_it_is_killed(long seed) {
        LogSimulation world = new LogSimulation(seed);
        for (int process = world.random.nextInt(5); process >= 0; process--) {
            world.live(world.random.nextInt(150));
            world.kill();
        }
        world.settle();
        world.requireEverythingInOrder();
        assertThat(world.broker.heldMax).as("seed %d: in flight", seed).isLessThanOrEqualTo(LogSimulation.WINDOW);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_clean_stop_repeats_nothing_while_others_go_on_writing(long seed) {
        LogSimulation world = new LogSimulation(seed);
        for (int process = 0; process < 3; process++) {
            int cycles = world.random.nextInt(60);
            for (int i = 0; i < cycles; i++) {
                world.log.work();
                world.cycle();
            }
            world.stop();
            world.cycleUntil("stopped", () -> {
                world.log.work();
                return world.state() instanceof Stopped;
            });
            assertThat(world.state()).as("seed %d", seed).isEqualTo(new Stopped(0));
            world.restart();
        }
        world.settle();
        world.requireEverythingInOrder();
        assertThat(world.broker.landed()).as("seed %d: each once", seed).isEqualTo(world.log.rows());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_clean_stop_right_behind_a_lone_transaction_repeats_nothing(long seed) {
        LogSimulation world = new LogSimulation(seed);
        world.log.insert(1 + world.random.nextInt(3));
        world.cycleUntil("published", () -> world.broker.landed() == world.log.rows());
        world.stop();
        world.cycleUntil("stopped", () -> world.state() instanceof Stopped);
        world.restart();
        world.log.insert(1);
        world.settle();
        world.requireEverythingInOrder();
        assertThat(world.broker.landed()).as("seed %d: each once", seed).isEqualTo(world.log.rows());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void what_stands_before_an_event_that_cannot_be_read_is_published_and_confirmed_and_nothing_behind_it(long seed) {
        LogSimulation world = new LogSimulation(seed);
        while (world.log.rows() < 40) {
            world.log.work();
        }
        List<Transaction> transactions = world.log.committed();
        int poisoned = world.random.nextInt(transactions.size());
        while (transactions.get(poisoned).rows().isEmpty()) {
            poisoned = (poisoned + 1) % transactions.size();
        }
        List<Row> rows = transactions.get(poisoned).rows();
        int place = world.random.nextInt(rows.size());
        world.poisonId = rows.get(place).id();
        world.cycleUntil("failed", () -> world.state() instanceof Failed);
        world.log.arrives();
        int before = transactions.subList(0, poisoned).stream()
                .mapToInt(transaction -> transaction.rows().size())
                .sum();
        assertThat(world.broker.landed())
                .as("seed %d: all in front of it", seed)
                .isEqualTo(before + place);
        assertThat(world.log.firstUnconfirmed())
                .as("seed %d: confirmed up to its transaction", seed)
                .isLessThanOrEqualTo(poisoned);

        world.poisonId = null;
        world.kill();
        world.settle();
        world.requireEverythingInOrder();
        assertThat(world.broker.landed() - world.log.rows())
                .as("seed %d: repeats of its transaction alone", seed)
                .isEqualTo(place);
    }
}
