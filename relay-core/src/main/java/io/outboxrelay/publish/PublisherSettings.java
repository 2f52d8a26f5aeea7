package io.outboxrelay.publish;

import static org.apache.kafka.clients.CommonClientConfigs.DEFAULT_SECURITY_PROTOCOL;
import static org.apache.kafka.clients.CommonClientConfigs.SECURITY_PROTOCOL_CONFIG;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How to publish: any producer setting under its Kafka name, above the relay's defaults and below what is not negotiable. See
 * {@link ProducerRules} for which is which, and why. Immutable; {@code toString} shows no secret.
 */
public final class PublisherSettings {

    /** A message to people names a setting with this in front, as it stands in the relay's own settings. */
    public static final String PREFIX = "kafka.";

    /** What a producer calls itself where the user says nothing else. */
    public static final String CLIENT_ID_DEFAULT = "outbox-relay";

    private final Map<String, String> kafka;

    private PublisherSettings(Map<String, String> kafka) {
        this.kafka = kafka;
    }

    /**
     * Settings from what the user gave, without the prefix {@code kafka.}.
     *
     * @param windowBytesMax the bytes in flight at most, which the producer must have room for
     * @throws RelayException MISCONFIGURED, with all {@linkplain #problems problems}
     */
    public static PublisherSettings of(Map<String, String> given, long windowBytesMax) {
        List<Problem> problems = problems(given, windowBytesMax);
        if (!problems.isEmpty()) {
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, problems, null));
        }
        Map<String, String> kafka = new LinkedHashMap<>(ProducerRules.DEFAULTS);
        kafka.putAll(given);
        kafka.putAll(ProducerRules.fixedValues());
        return new PublisherSettings(Map.copyOf(kafka));
    }

    /** Everything that is wrong with what the user gave, at once; empty when it can be used. Asks no broker. */
    public static List<Problem> problems(Map<String, String> given, long windowBytesMax) {
        return new ProducerRules(given, windowBytesMax).problems();
    }

    /** Whether the value of a producer setting must not be shown. */
    public static boolean isSecret(String name) {
        return ProducerNames.isSecret(name);
    }

    /** The producer settings of Kafka's own that {@link #isSecret} is true of; a plugin may have more. */
    public static List<String> secretNames() {
        return ProducerConfig.configNames().stream()
                .filter(ProducerNames::isSecret)
                .sorted()
                .toList();
    }

    /** The brokers, as the user wrote them. */
    public String bootstrapServers() {
        return Objects.requireNonNull(kafka.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
    }

    /** How long a request may be without an answer before the producer closes its connection and sends it again. */
    Duration requestTimeout() {
        String millis = Objects.requireNonNull(kafka.get(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG));
        return Duration.ofMillis(Long.parseLong(millis.trim()));
    }

    /** How the brokers are spoken to, by Kafka's name for it: in capitals, though Kafka takes it in small letters too. */
    String securityProtocol() {
        return kafka.getOrDefault(SECURITY_PROTOCOL_CONFIG, DEFAULT_SECURITY_PROTOCOL)
                .toUpperCase(Locale.ROOT);
    }

    /** Whether connections begin with a TLS handshake. */
    boolean encrypts() {
        return securityProtocol().endsWith("SSL");
    }

    /** What the producer is made with, by Kafka's names. For the benchmark as well, whose ceiling must be made alike. */
    public Map<String, Object> producerConfig() {
        return new LinkedHashMap<>(kafka);
    }

    /** What of it an administration client understands too: addresses, security, timeouts. */
    Map<String, Object> adminConfig() {
        Map<String, Object> admin = new LinkedHashMap<>(kafka);
        admin.keySet()
                .removeIf(name -> ProducerConfig.configNames().contains(name)
                        && !AdminClientConfig.configNames().contains(name));
        return admin;
    }

    @Override
    public String toString() {
        Map<String, String> shown = new TreeMap<>(kafka);
        shown.replaceAll((name, value) -> ProducerNames.isSecret(name) ? "***" : value);
        return "PublisherSettings" + shown;
    }
}
