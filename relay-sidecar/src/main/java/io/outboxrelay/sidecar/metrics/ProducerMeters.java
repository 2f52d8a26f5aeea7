package io.outboxrelay.sidecar.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of Kafka's own client, of the producer that a pipeline has at the moment. When the relay has replaced its producer, the
 * next {@link #look} takes the old one's meters out of the registry and puts the new one's in. Not safe for several threads at once.
 */
final class ProducerMeters implements AutoCloseable {

    private static final long REFRESH_END_SECONDS_MAX = 5;

    private final ProducersInUse producers;
    private final MeterRegistry registry;
    private final Tags tags;
    private @Nullable Bound bound;

    ProducerMeters(ProducersInUse producers, MeterRegistry registry, Tags tags) {
        this.producers = producers;
        this.registry = registry;
        this.tags = tags;
    }

    /** Looks after new meters of this producer now and then: topics and brokers get theirs when they are first met. */
    private record Bound(Producer<?, ?> producer, KafkaClientMetrics meters, ScheduledExecutorService refresh) {}

    void look() {
        Producer<?, ?> current = producers.current();
        Bound before = bound;
        if (before != null && before.producer() != current) {
            close();
        }
        if (current != null && bound == null) {
            ScheduledExecutorService refresh =
                    Executors.newSingleThreadScheduledExecutor(ProducerMeters::refreshingThread);
            KafkaClientMetrics meters = new KafkaClientMetrics(current, tags, refresh);
            bound = new Bound(current, meters, refresh);
            meters.bindTo(registry);
        }
    }

    /** Takes out what is in. A refresh that is under way ends first: it would put meters back in for good. */
    @Override
    public void close() {
        Bound open = bound;
        bound = null;
        if (open == null) {
            return;
        }
        open.refresh().shutdownNow();
        try {
            boolean ignored = open.refresh().awaitTermination(REFRESH_END_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.meters().close();
    }

    private static Thread refreshingThread(Runnable work) {
        Thread thread = new Thread(work, "relay-kafka-metrics");
        thread.setDaemon(true);
        return thread;
    }
}
