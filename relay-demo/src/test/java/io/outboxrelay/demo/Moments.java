package io.outboxrelay.demo;

import java.time.Duration;
import java.util.List;

/** Snapshots for the tests of the views. */
final class Moments {
    private Moments() {}

    static Snapshot busy(long elapsedMillis) {
        return new Snapshot(
                Duration.ofMillis(elapsedMillis),
                new Snapshot.Counts(12_345, 1_234, 12_340, 2, 12_301),
                new Snapshot.Pending(5, Duration.ofMillis(4)),
                203.4,
                new Latency(6.25, 118.5),
                List.of(
                        new Arrival("outbox.event.order", 1, 554, "order-0", "id=68ee539.. eventType=OrderChanged"),
                        new Arrival(
                                "outbox.event.shipment",
                                2,
                                123_456,
                                "order-199",
                                "id=284b221.. eventType=OrderChanged")));
    }

    static Snapshot first() {
        return new Snapshot(
                Duration.ZERO,
                new Snapshot.Counts(0, 0, 0, 0, 0),
                new Snapshot.Pending(0, Duration.ZERO),
                0,
                new Latency(0, 0),
                List.of());
    }
}
