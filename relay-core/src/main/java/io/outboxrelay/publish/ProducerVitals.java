package io.outboxrelay.publish;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;

/**
 * What a producer's own metrics tell about its health without asking the network. The producer retries for ever and says
 * nothing meanwhile; these say why. Cheap enough to be asked about once a second.
 */
final class ProducerVitals {

    /**
     * Counts since the producer was made.
     *
     * @param refused connections that either side refused for credentials or certificates
     * @param letIn connections that were let in, as far as the producer could tell at the time
     * @param bytesReceived from brokers
     * @param retries messages sent again
     * @param closes connections closed. It closes one itself when a request on it was not answered in time; what a broker refuses
     *     for the time being is answered
     */
    record Moment(long refused, long letIn, long bytesReceived, long retries, long closes) {}

    private final Metric connections;
    private final Metric failedAuthentications;
    private final Metric failedReauthentications;
    private final Metric authentications;
    private final Metric bytesReceived;
    private final Metric retries;
    private final Metric closes;

    private final boolean encrypts;

    /** @param encrypts whether its connections begin with a TLS handshake */
    ProducerVitals(Producer<?, ?> producer, boolean encrypts) {
        this.encrypts = encrypts;
        this.connections = metric(producer, "connection-count");
        this.failedAuthentications = metric(producer, "failed-authentication-total");
        this.failedReauthentications = metric(producer, "failed-reauthentication-total");
        this.authentications = metric(producer, "successful-authentication-total");
        this.bytesReceived = metric(producer, "incoming-byte-total");
        this.retries = metric(producer, "record-retry-total");
        this.closes = metric(producer, "connection-close-total");
    }

    /** Whether a connection to any broker stands. */
    boolean isConnected() {
        return value(connections) > 0;
    }

    /**
     * How often either side has refused a connection for credentials or certificates. Certificates refused after the
     * handshake, by TLS 1.3, count as a second authentication that failed; those of which only the end arrives do not count.
     */
    long refusals() {
        return value(failedAuthentications) + value(failedReauthentications);
    }

    /** As it is now. */
    Moment now() {
        return new Moment(refusals(), value(authentications), value(bytesReceived), value(retries), value(closes));
    }

    /**
     * Whether brokers have refused connections since then; means something only while none stands. With TLS 1.3 a client is
     * through with its handshake before the broker has looked at its certificate: a refusal comes as the end of a connection
     * that was let in and on which not one answer came.
     */
    boolean isRefusedSince(Moment then) {
        Moment now = now();
        return now.refused() > then.refused()
                || (encrypts && now.letIn() > then.letIn() + 1 && now.bytesReceived() == then.bytesReceived());
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
