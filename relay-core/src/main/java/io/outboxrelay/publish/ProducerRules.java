package io.outboxrelay.publish;

import static org.apache.kafka.clients.producer.ProducerConfig.ACKS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.BATCH_SIZE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.BOOTSTRAP_SERVERS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.BUFFER_MEMORY_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.CLIENT_ID_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.COMPRESSION_TYPE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ENABLE_METRICS_PUSH_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.INTERCEPTOR_CLASSES_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.LINGER_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_BLOCK_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_REQUEST_SIZE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.PARTITIONER_CLASS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.RETRIES_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.TRANSACTIONAL_ID_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG;

import io.outboxrelay.failure.NearestName;
import io.outboxrelay.failure.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Which producer settings are the relay's, which are the user's, and what is wrong with those that were given. */
final class ProducerRules {

    /** The relay's choice where the user makes none. */
    static final Map<String, String> DEFAULTS = Map.of(
            CLIENT_ID_CONFIG,
            PublisherSettings.CLIENT_ID_DEFAULT,
            COMPRESSION_TYPE_CONFIG,
            "lz4",
            BATCH_SIZE_CONFIG,
            Integer.toString(256 * 1024),
            // What comes while a request is on its way goes with the next: batches grow with the load by themselves.
            LINGER_MS_CONFIG,
            "0",
            BUFFER_MEMORY_CONFIG,
            Integer.toString(64 * 1024 * 1024),
            // High, so that the topic's limit decides; still below what brokers take as one request
            // (socket.request.max.bytes, 100 MiB),
            // because a larger one is answered by a cut connection, which looks like a network that never heals.
            MAX_REQUEST_SIZE_CONFIG,
            Integer.toString(32 * 1024 * 1024),
            // A connection that died without a word is noticed by this alone, and twice in a row: first the
            // produce request runs out of time, then the metadata request on the bootstrap connection, which
            // died as well.
            REQUEST_TIMEOUT_MS_CONFIG,
            "10000",
            // The brokers' operators asking clients for their metrics: for whoever wants it.
            ENABLE_METRICS_PUSH_CONFIG,
            "false");

    /** A setting that the relay's promises rest on. */
    private record Fixed(String name, String value, Predicate<String> fits, String because) {
        Fixed(String name, String value, String because) {
            this(name, value, value::equalsIgnoreCase, because);
        }
    }

    private static final String NO_EXPIRY =
            "a message that expires is passed by its successors; the relay never gives one up";
    private static final String BYTES = "keys and payloads are published byte for byte";

    private static final List<Fixed> FIXED = List.of(
            new Fixed(
                    ACKS_CONFIG,
                    "all",
                    value -> value.equals("all") || value.equals("-1"),
                    "a row is forgotten once its message is acknowledged, so the acknowledgement must be every replica's"),
            new Fixed(
                    ENABLE_IDEMPOTENCE_CONFIG,
                    "true",
                    "without it the producer's own retries repeat and reorder messages"),
            new Fixed(DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(Integer.MAX_VALUE), NO_EXPIRY),
            new Fixed(RETRIES_CONFIG, Integer.toString(Integer.MAX_VALUE), NO_EXPIRY),
            new Fixed(
                    MAX_BLOCK_MS_CONFIG,
                    "0",
                    "one topic that is away must not hold up the others; the relay holds its messages itself"),
            // A partition that has no state of this producer, because it was just made or its leader changed,
            // takes whatever sequence comes first. With two requests on their way, the first may be refused for
            // a moment and the second be taken: then it stands before its predecessor, and the predecessor is
            // refused for ever as out of sequence.
            new Fixed(
                    MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                    "1",
                    "with more, a partition that was just made may take a batch before the one ahead of it"),
            new Fixed(KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(), BYTES),
            new Fixed(VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(), BYTES));

    /** Settings that are refused whatever their value. */
    private static final Map<String, String> REFUSED = Map.of(
            TRANSACTIONAL_ID_CONFIG, "the relay does not publish in transactions",
            TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG, "the relay does not publish in transactions",
            INTERCEPTOR_CLASSES_CONFIG,
                    "an interceptor may change, drop or delay what was promised to be published as it is");

    private final Map<String, String> given;
    private final long windowBytesMax;
    private final List<Problem> problems = new ArrayList<>();

    ProducerRules(Map<String, String> given, long windowBytesMax) {
        this.given = new TreeMap<>(given);
        this.windowBytesMax = windowBytesMax;
    }

    static Map<String, String> fixedValues() {
        return FIXED.stream().collect(Collectors.toMap(Fixed::name, Fixed::value));
    }

    List<Problem> problems() {
        problems.addAll(BrokerAddresses.problems(given));
        checkNames();
        problems.addAll(SaslMechanism.problems(given));
        Set<String> malformed = checkValues();
        checkFixed();
        checkOrder();
        if (malformed.isEmpty()) {
            checkSizes();
        }
        return List.copyOf(problems);
    }

    private void checkNames() {
        for (String name : ProducerNames.unknown(given.keySet())) {
            String remedy = NearestName.of(name, ProducerConfig.configNames())
                    .map(nearest -> "did you mean kafka." + nearest + "?")
                    .orElse("remove it, or see Kafka's documentation of producer settings");
            say(name + " is not a producer setting", remedy);
        }
    }

    /** What Kafka itself says of each value; returns the names that it cannot use. */
    private Set<String> checkValues() {
        Map<String, String> complete = new HashMap<>(DEFAULTS);
        complete.putAll(given);
        complete.putIfAbsent(BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        fixedValues().forEach(complete::putIfAbsent);
        Set<String> malformed = new TreeSet<>();
        for (ConfigValue value : ProducerConfig.configDef().validate(complete)) {
            if (value.errorMessages().isEmpty() || !given.containsKey(value.name())) {
                continue;
            }
            malformed.add(value.name());
            say(
                    value.name()
                            + (ProducerNames.isSecret(value.name())
                                    ? " cannot be used"
                                    : ": " + value.errorMessages().get(0)),
                    "correct the value");
        }
        return malformed;
    }

    private void checkFixed() {
        for (Fixed fixed : FIXED) {
            String value = given.get(fixed.name());
            if (value != null && !fixed.fits().test(value.trim())) {
                say(
                        fixed.name() + "=" + value + " is not possible: " + fixed.because(),
                        "remove the setting; the relay uses " + fixed.value());
            }
        }
        REFUSED.forEach((name, because) -> {
            if (given.containsKey(name)) {
                say(name + " is not possible: " + because, "remove the setting");
            }
        });
    }

    private void checkOrder() {
        if ("true".equalsIgnoreCase(given.get(PARTITIONER_IGNORE_KEYS_CONFIG))) {
            say(
                    PARTITIONER_IGNORE_KEYS_CONFIG
                            + "=true is not possible: messages of one key would scatter over partitions and lose their order",
                    "remove the setting");
        }
        if (RoundRobinPartitioner.class.getName().equals(given.get(PARTITIONER_CLASS_CONFIG))) {
            say(
                    PARTITIONER_CLASS_CONFIG + "=" + RoundRobinPartitioner.class.getName()
                            + " is not possible: messages of one key would scatter over partitions and lose their order",
                    "remove the setting, or name a partitioner that goes by the key alone");
        }
    }

    private void checkSizes() {
        long bufferBytes = size(BUFFER_MEMORY_CONFIG);
        if (bufferBytes <= windowBytesMax) {
            say(
                    BUFFER_MEMORY_CONFIG + "=" + bufferBytes + " has no room for the " + windowBytesMax
                            + " bytes that may be in flight",
                    "set it to " + 2 * windowBytesMax + " or more");
        }
        for (String name : List.of(MAX_REQUEST_SIZE_CONFIG, BATCH_SIZE_CONFIG)) {
            if (given.containsKey(name) && size(name) > bufferBytes) {
                say(
                        name + "=" + size(name) + " is more than " + BUFFER_MEMORY_CONFIG + "=" + bufferBytes,
                        "raise kafka." + BUFFER_MEMORY_CONFIG + " to four times as much");
            }
        }
    }

    private long size(String name) {
        return number(given.getOrDefault(name, DEFAULTS.get(name)));
    }

    private static long number(@Nullable String value) {
        return value == null ? 0 : Long.parseLong(value.trim());
    }

    private void say(String what, String remedy) {
        problems.add(new Problem(PublisherSettings.PREFIX + what, remedy));
    }
}
