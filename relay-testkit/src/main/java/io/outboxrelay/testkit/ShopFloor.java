package io.outboxrelay.testkit;

import java.util.Collection;
import java.util.List;

/**
 * What all writers of one run share.
 *
 * @param url where to connect, with the run's application name
 * @param runName prefix of prepared transactions and of application names of this run
 */
record ShopFloor(String url, String runName, OutboxSchema schema, Workload workload, Books books) {

    /** The shared state of a run; each part is safe to use from any thread. */
    record Books(CommittedHistory history, EventBudget budget, Tempo tempo) {}

    CommittedHistory history() {
        return books.history();
    }

    EventBudget budget() {
        return books.budget();
    }

    Tempo tempo() {
        return books.tempo();
    }

    WriterSession session() {
        return new WriterSession(url, tempo());
    }

    /** A transaction took effect and the server said so. */
    void committed(List<OrderEvent> events, Collection<OrderEvent> abandoned, int reserved) {
        history().committed(events, System.nanoTime());
        history().rolledBack(abandoned);
        budget().settle(reserved, events.size());
        tempo().committed();
    }

    /** A transaction certainly took no effect. */
    void rolledBack(List<OrderEvent> events, Collection<OrderEvent> abandoned, int reserved) {
        history().rolledBack(events);
        history().rolledBack(abandoned);
        budget().settle(reserved, 0);
    }

    /** The connection was lost while the server decided. */
    void unknown(List<OrderEvent> events, Collection<OrderEvent> abandoned, int reserved) {
        history().unknown(events);
        history().rolledBack(abandoned);
        budget().settle(reserved, 0);
    }
}
