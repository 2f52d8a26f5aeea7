package io.outboxrelay.publish;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;

/**
 * What a producer's own metrics tell about its health without asking the network. The producer retries for ever and says
 * nothing meanwhile; these say why. Cheap enough to be asked about once a second.
 */
final class ProducerVitals {

    private final Metric connections;
    private final Metric failedAuthentications;
    private final Metric retries;
    private final Metric closes;

    ProducerVitals(Producer<?, ?> producer) {
        this.connections = metric(producer, "connection-count");
        this.failedAuthentications = metric(producer, "failed-authentication-total");
        this.retries = metric(producer, "record-retry-total");
        this.closes = metric(producer, "connection-close-total");
    }

    /** Whether a connection to any broker stands. */
    boolean isConnected() {
        return value(connections) > 0;
    }

    /** Connections refused for their credentials, since the producer was made. */
    long failedAuthentications() {
        return value(failedAuthentications);
    }

    /** Messages sent again because a broker could not take them at the time, since the producer was made. */
    long retries() {
        return value(retries);
    }

    /**
     * Connections closed since the producer was made. It closes one itself when a request on it was not answered in time; what
     * a broker refuses for the time being is answered.
     */
    long closes() {
        return value(closes);
    }

    private static long value(Metric metric) {
        return metric.metricValue() instanceof Number number ? number.longValue() : 0;
    }

    private static Metric metric(Producer<?, ?> producer, String name) {
        return producer.metrics().entrySet().stream()
                .filter(entry -> entry.getKey().group().equals("producer-metrics")
                        && entry.getKey().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the producer has no metric " + name))
                .getValue();
    }
}
