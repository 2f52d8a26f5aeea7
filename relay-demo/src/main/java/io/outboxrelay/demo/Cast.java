package io.outboxrelay.demo;

import io.outboxrelay.testkit.OrderService;

/**
 * Who takes part in a run.
 *
 * @param tail reads the topics into {@code arrivals}
 */
record Cast(
        OrderService service, Relay relay, Background tail, Arrivals arrivals, Warehouse warehouse, OutboxProbe probe) {
    /** Throws when one of them has ended that should not have. */
    void requireHealthy() {
        relay.requireRunning();
        tail.requireHealthy();
        warehouse.requireHealthy();
    }
}
