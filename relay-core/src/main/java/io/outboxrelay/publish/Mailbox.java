package io.outboxrelay.publish;

import io.outboxrelay.outbox.Wakeup;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Carries settled tickets from Kafka's I/O thread to the loop. Any thread may offer, one thread takes; nobody waits for
 * anybody. It is a stack linked through the tickets themselves (R. K. Treiber, 1986), reversed when taken, so it allocates
 * nothing, and holds at most what the loop has in flight. The loop is woken only for the first ticket after it looked.
 */
final class Mailbox {

    private final AtomicReference<@Nullable Ticket> top = new AtomicReference<>();
    private final Wakeup wakeup;

    Mailbox(Wakeup wakeup) {
        this.wakeup = wakeup;
    }

    void offer(Ticket ticket) {
        Ticket below;
        do {
            below = top.get();
            ticket.next = below;
        } while (!top.compareAndSet(below, ticket));
        if (below == null) {
            wakeup.wake();
        }
    }

    /** Everything offered since, first come first, linked by {@link Ticket#next}. */
    @Nullable
    Ticket takeAll() {
        Ticket rest = top.getAndSet(null);
        Ticket first = null;
        while (rest != null) {
            Ticket below = rest.next;
            rest.next = first;
            first = rest;
            rest = below;
        }
        return first;
    }
}
