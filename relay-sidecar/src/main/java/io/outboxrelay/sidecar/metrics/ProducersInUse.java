package io.outboxrelay.sidecar.metrics;

import io.outboxrelay.publish.ProducerWatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** The producer that a pipeline publishes through at the moment. Noted by the loop's thread, asked by any. */
public final class ProducersInUse implements ProducerWatch {

    private final AtomicReference<@Nullable Producer<?, ?>> current = new AtomicReference<>();

    @Override
    public void opened(Producer<?, ?> producer) {
        current.set(producer);
    }

    @Override
    public void closed(Producer<?, ?> producer) {
        current.compareAndSet(producer, null);
    }

    /** Null while there is none. */
    @Nullable
    Producer<?, ?> current() {
        return current.get();
    }
}
