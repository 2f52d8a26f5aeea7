package io.outboxrelay.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.engine.RelayState.Draining;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.failure.Backoff;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A stop of a relay whose source can commit whole transactions only. */
class WholeTransactionsTest {

    private record Place(int number) implements Position {}

    private final HandOff handOff = HandOff.ofTransactions(100, 1 << 20, () -> {});
    private final SimulatedKafka kafka = new SimulatedKafka(new SplittableRandom(1));
    private final RelayLoop loop = new RelayLoop(
            new RelayPorts(
                    Source::new,
                    new Router(new RouteSettings("events", Map.of(), true)),
                    wakeup -> kafka.newPublisher()),
            new LoopSettings(
                    new WindowSettings(100, 1 << 20),
                    new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3), new SplittableRandom(2)),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    true),
            () -> {},
            state -> {});
    private long nowNanos;

    private final class Source implements OutboxSource {
        @Override
        public void open(Wakeup wakeup) {
            handOff.put(List.of(new Checkpoint(new Place(0))));
        }

        @Override
        public Batch poll(int recordsMax, long bytesMax) {
            return handOff.take(recordsMax, bytesMax);
        }

        @Override
        public void commit(Position upTo) {
            handOff.committed(upTo);
        }

        @Override
        public void close() {}
    }

    private static Entry event(int number) {
        return new OutboxRecord(
                new Place(number), "event" + number, "key".getBytes(UTF_8), (number + ":").getBytes(UTF_8), List.of());
    }

    private void cycleUntil(BooleanSupplier reached) {
        for (int i = 0; i < 10_000 && !reached.getAsBoolean(); i++) {
            nowNanos += 1_000_000;
            loop.runOnce(nowNanos);
        }
        assertThat(reached.getAsBoolean()).isTrue();
    }

    @Test
    void takes_the_rest_of_a_transaction_first_and_nothing_of_the_next() {
        cycleUntil(() -> loop.state() instanceof Running);
        handOff.put(List.of(event(1)));
        cycleUntil(() -> loop.progress().published() == 1);
        loop.requestStop(Duration.ofMinutes(1));
        cycleUntil(() -> loop.state() instanceof Draining);
        for (int i = 0; i < 1_000; i++) {
            nowNanos += 1_000_000;
            loop.runOnce(nowNanos);
        }
        assertThat(loop.state()).as("its end is still to come").isInstanceOf(Draining.class);
        handOff.put(List.of(event(2), new Checkpoint(new Place(3)), event(4)));
        cycleUntil(() -> loop.state() instanceof Stopped);
        assertThat(loop.progress().published()).isEqualTo(2);
        assertThat(handOff.isEmpty())
                .as("what belongs to the next transaction stays")
                .isFalse();
    }

    @Test
    void waits_for_the_rest_no_longer_than_a_stop_may_take() {
        cycleUntil(() -> loop.state() instanceof Running);
        handOff.put(List.of(event(1)));
        cycleUntil(() -> loop.progress().published() == 1);
        loop.requestStop(Duration.ofSeconds(2));
        cycleUntil(() -> loop.state() instanceof Stopped);
    }
}
