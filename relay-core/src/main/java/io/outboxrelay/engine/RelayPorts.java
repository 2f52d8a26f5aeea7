package io.outboxrelay.engine;

import io.outboxrelay.publish.Publisher;
import io.outboxrelay.route.Router;
import io.outboxrelay.source.OutboxSource;
import java.util.function.Supplier;

/**
 * What the loop connects. Sources and publishers are one attempt each, so the loop is given the means to make them.
 *
 * @param sources makes an unopened source
 * @param router turns rows into messages
 * @param publishers makes a publisher that is ready to be sent to
 */
public record RelayPorts(Supplier<OutboxSource> sources, Router router, Supplier<Publisher> publishers) {}
