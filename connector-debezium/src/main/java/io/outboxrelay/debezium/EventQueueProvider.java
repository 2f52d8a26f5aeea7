package io.outboxrelay.debezium;

import io.debezium.connector.base.QueueProvider;
import io.debezium.pipeline.DataChangeEvent;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How Debezium finds an {@link EventQueue}: as a service, made for each connector, that is told the connector's settings. */
public final class EventQueueProvider implements QueueProvider<DataChangeEvent> {

    static final String NAME = "outbox-relay";

    private @Nullable EventQueue queue;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void configure(Map<String, ?> settings) {
        queue = EventQueue.of((String) settings.get("name"));
    }

    @Override
    public void enqueue(DataChangeEvent event) {
        queue().add(event);
    }

    @Override
    public @Nullable DataChangeEvent poll() {
        return queue().poll();
    }

    @Override
    public int size() {
        return queue().size();
    }

    private EventQueue queue() {
        return Objects.requireNonNull(queue, "configured");
    }
}
