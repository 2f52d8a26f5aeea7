package io.outboxrelay.bench.parts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.route.RouteSettings;
import io.outboxrelay.route.Router;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A row becomes a message: a topic of three, the id and a mapped header of few kinds, as README.md maps it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {
    /** A power of 2. */
    private static final int ROWS = 1_024;

    private static final List<String> TYPES = List.of("order", "payment", "shipment");

    private final Router router =
            new Router(new RouteSettings("outbox.event.${aggregatetype}", Map.of("eventType", "type"), false));
    private final OutboxRecord[] rows = new OutboxRecord[ROWS];
    private int next;

    public RoutingBenchmark() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < ROWS; i++) {
            String id = new UUID(random.nextLong(), random.nextLong()).toString();
            byte[] key = ("order-" + random.nextInt(100_000)).getBytes(UTF_8);
            List<String> columns = List.of(TYPES.get(random.nextInt(TYPES.size())), "OrderChanged");
            rows[i] = new OutboxRecord(new Place(i), id, key, new byte[200], columns);
        }
    }

    @Benchmark
    public OutboxMessage message() {
        next = (next + 1) & (ROWS - 1);
        return router.route(rows[next]);
    }
}
