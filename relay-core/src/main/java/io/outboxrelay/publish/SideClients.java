package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka clients beside the publisher, for what the relay itself keeps in Kafka: they reach the brokers by the pipeline's own
 * settings, and nothing of theirs waits for longer than a bound. Used by one thread; the callers close what they are given.
 */
public final class SideClients {

    private static final int WRITER_BYTES_MAX = 8 * 1024 * 1024;

    private final PublisherSettings settings;
    private final String purpose;
    private final int answerMillis;

    private SideClients(PublisherSettings settings, String purpose, Duration answerMax) {
        this.settings = settings;
        this.purpose = purpose;
        this.answerMillis = Math.toIntExact(answerMax.toMillis());
    }

    /**
     * Knocks at the brokers before any client is made, because one that speaks plaintext to a port that speaks TLS takes the memory of
     * the whole process.
     *
     * @param purpose what the clients add to {@code client.id}
     * @param answerMax how long one call of a client takes at most, give or take a second
     * @throws RelayException TRANSIENT when no broker can be reached, MISCONFIGURED when they speak something else
     */
    public static SideClients reaching(PublisherSettings settings, String purpose, Duration answerMax) {
        BrokerLook.uninterrupted(settings).ifPresent(refused -> {
            throw new RelayException(refused);
        });
        return new SideClients(settings, purpose, answerMax);
    }

    public Admin admin() {
        Map<String, Object> config = config(AdminClientConfig.configNames());
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, answerMillis);
        return make(config, Admin::create);
    }

    /** Belongs to no group, stores no offsets and creates no topic. */
    public Consumer<byte[], byte[]> reader() {
        Map<String, Object> config = config(ConsumerConfig.configNames());
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, answerMillis);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return make(config, KafkaConsumer::new);
    }

    /** Idempotent, with acknowledgement by every replica; a message that is not acknowledged in time fails. */
    public Producer<byte[], byte[]> writer() {
        Map<String, Object> config = writing();
        config.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, WRITER_BYTES_MAX);
        return make(config, KafkaProducer::new);
    }

    /** The same for events: to the partitions that the relay gives them, and as large as it publishes them. */
    public Producer<byte[], byte[]> eventWriter() {
        return make(writing(), KafkaProducer::new);
    }

    private Map<String, Object> writing() {
        Map<String, Object> config = config(ProducerConfig.configNames());
        config.putAll(ProducerRules.fixedValues());
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, answerMillis);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, answerMillis);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 16_384);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return config;
    }

    /** What the error of a client means, and what mends it. */
    public static Failure classify(Throwable thrown) {
        return KafkaFailures.classify(thrown);
    }

    /** The commands that mend a topic, for a cluster of so many brokers. */
    public TopicRemedies remedies(int brokers) {
        return TopicRemedies.of(settings, brokers);
    }

    private Map<String, Object> config(Set<String> known) {
        Map<String, Object> config = new HashMap<>(settings.producerConfig());
        // What no client of Kafka's own knows may be a plugin's.
        config.keySet().removeIf(name -> ProducerConfig.configNames().contains(name) && !known.contains(name));
        config.compute(ProducerConfig.CLIENT_ID_CONFIG, (name, id) -> id + "-" + purpose);
        long asked = settings.requestTimeout().toMillis();
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Math.min(asked, answerMillis));
        return config;
    }

    private <C> C make(Map<String, Object> config, Function<Map<String, Object>, C> client) {
        try {
            return client.apply(config);
        } catch (RuntimeException e) {
            throw new RelayException(SecurityFailures.construction(e, settings));
        }
    }
}
