package io.outboxrelay.bench.parts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.ack.Outcome;
import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** An entry goes through the window: it is added, sent, settled, and released with those before it. 4,000 at once are on their way. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WindowBenchmark {
    private static final int ENTRIES = 4_000;
    private static final int PARTITIONS = 8;
    private static final long SIZE_BYTES = 600;

    private static final int[] IN_ORDER = IntStream.range(0, ENTRIES).toArray();

    /** One partition after the other, as acknowledgements of batches come: the prefix moves with the last of them. */
    private static final int[] BY_PARTITION = IntStream.range(0, ENTRIES)
            .map(i -> i / (ENTRIES / PARTITIONS) + i % (ENTRIES / PARTITIONS) * PARTITIONS)
            .toArray();

    private final InFlightWindow window = new InFlightWindow(WindowSettings.DEFAULTS);
    private final OutboxMessage message =
            new OutboxMessage("id", "topic", "key".getBytes(UTF_8), new byte[200], List.of());

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public Object entrySettledInOrder() {
        return throughTheWindow(IN_ORDER);
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public Object entrySettledByPartition() {
        return throughTheWindow(BY_PARTITION);
    }

    private Position throughTheWindow(int[] settling) {
        long first = window.nextNumber();
        for (int i = 0; i < ENTRIES; i++) {
            window.add(new Place(first + i), message, SIZE_BYTES, OutboxRecord.COMMIT_UNKNOWN);
            window.markSent(window.nextUnsent());
        }
        for (int place : settling) {
            window.settle(first + place, Outcome.PUBLISHED);
        }
        Position committable = window.takeCommittable();
        if (committable == null) {
            throw new IllegalStateException("everything is settled, and nothing is to be committed");
        }
        window.release(committable);
        return committable;
    }
}
