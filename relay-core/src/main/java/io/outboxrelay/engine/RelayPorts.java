package io.outboxrelay.engine;

import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.poison.PoisonPolicy;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.route.Router;
import io.outboxrelay.source.OutboxSource;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the loop connects. Sources and publishers are one attempt each, so the loop is given the means to make them.
 *
 * @param sources makes an unopened source
 * @param router turns rows into messages
 * @param publishers makes a publisher that is ready to be sent to, and that wakes the loop when it has something to tell
 * @param poison what becomes of events that can never be published
 */
public record RelayPorts(
        Supplier<OutboxSource> sources, Router router, Function<Wakeup, Publisher> publishers, PoisonPolicy poison) {

    /** With a loop that stops in front of an event that can never be published. */
    public RelayPorts(Supplier<OutboxSource> sources, Router router, Function<Wakeup, Publisher> publishers) {
        this(sources, router, publishers, PoisonPolicy.HALT);
    }
}
