package io.outboxrelay.publish;

import io.outboxrelay.failure.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the topics that messages would go to, as an administration client with the relay's own settings sees them: nothing is
 * published and nothing changed. Takes some 10 seconds at most. Used by one thread.
 */
public final class TopicInspection {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);
    private static final String TOPIC = "topic ";

    private final Admin admin;
    private final Collection<Node> nodes;
    private final TopicRemedies remedies;
    private final List<Check> checks = new ArrayList<>();

    private TopicInspection(Admin admin, Collection<Node> nodes, TopicRemedies remedies) {
        this.admin = admin;
        this.nodes = nodes;
        this.remedies = remedies;
    }

    /**
     * What is known of the messages to come.
     *
     * @param bytesMaxByTopic the largest message that waits for each topic, in bytes; 0 where none does
     */
    public record Messages(Map<String, Long> bytesMaxByTopic) {

        public Messages {
            bytesMaxByTopic = Map.copyOf(bytesMaxByTopic);
        }
    }

    /** Looks; the brokers are known to answer. */
    public static List<Check> inspect(PublisherSettings settings, Messages messages) throws InterruptedException {
        return inspect(settings, messages, ANSWER_MAX);
    }

    /** @param answerMax how long it waits for each answer */
    static List<Check> inspect(PublisherSettings settings, Messages messages, Duration answerMax)
            throws InterruptedException {
        int answerMillisMax = Math.toIntExact(answerMax.toMillis());
        Map<String, Object> config = new HashMap<>(settings.adminConfig());
        config.put(AdminClientConfig.CLIENT_ID_CONFIG, "outbox-relay-doctor");
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, answerMillisMax);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, answerMillisMax);
        Admin admin = Admin.create(config);
        try {
            Collection<Node> nodes = get(admin.describeCluster().nodes());
            TopicInspection inspection = new TopicInspection(admin, nodes, TopicRemedies.of(settings, nodes.size()));
            inspection.look(messages);
            return inspection.checks;
        } catch (ExecutionException | TimeoutException e) {
            return List.of(Check.of("topics", KafkaFailures.classify(e)));
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private void look(Messages messages) throws InterruptedException {
        Map<String, Long> bytesMax = messages.bytesMaxByTopic();
        Map<String, KafkaFuture<TopicDescription>> topics = admin.describeTopics(
                        bytesMax.keySet(), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues();
        boolean mayWrite = false;
        for (String name : bytesMax.keySet().stream().sorted().toList()) {
            try {
                TopicDescription topic = get(topics.get(name));
                mayWrite |= judge(topic, new TopicLimits(limits(name)), bytesMax.getOrDefault(name, 0L));
            } catch (ExecutionException | TimeoutException e) {
                unseen(name, e);
            }
        }
        idempotence(mayWrite);
    }

    private boolean judge(TopicDescription topic, TopicLimits limits, long bytesMax) {
        String subject = TOPIC + topic.name();
        int copies = topic.partitions().get(0).replicas().size();
        int inSyncMin = topic.partitions().stream()
                .mapToInt(partition -> partition.isr().size())
                .min()
                .orElse(0);
        Set<AclOperation> allowed = topic.authorizedOperations();
        boolean mayWrite = allowed == null || allowed.contains(AclOperation.WRITE);
        int before = checks.size();
        if (!mayWrite) {
            checks.add(Check.fail(subject, "the relay may not write to it", remedies.allowWrite(topic.name())));
        }
        if (inSyncMin < limits.inSyncMin()) {
            checks.add(Check.fail(
                    subject,
                    "a partition has " + counted(inSyncMin, "replica") + " in sync, fewer than min.insync.replicas = "
                            + limits.inSyncMin() + ": it takes no message",
                    remedies.inSyncMin(topic.name(), inSyncMin)));
        }
        if (bytesMax > limits.messageBytesMax()) {
            checks.add(Check.warn(
                    subject,
                    "a message of " + bytesMax + " bytes waits, and it takes " + limits.messageBytesMax()
                            + " after compression (max.message.bytes)",
                    remedies.messageBytesMax(topic.name(), bytesMax)));
        }
        if (copies == 1) {
            checks.add(Check.warn(
                    subject,
                    "it has one replica: what is acknowledged is lost with that broker's disk",
                    remedies.moreReplicas(topic.name())));
        } else if (limits.inSyncMin() == 1) {
            checks.add(Check.warn(
                    subject,
                    "min.insync.replicas is 1: one replica alone may acknowledge, and be lost",
                    remedies.inSyncMin(topic.name(), copies - 1 > 1 ? 2 : copies)));
        }
        if (checks.size() == before) {
            checks.add(Check.ok(
                    subject,
                    counted(topic.partitions().size(), "partition") + " of " + counted(copies, "replica") + ", "
                            + limits.shown()));
        }
        return mayWrite;
    }

    private void unseen(String name, Exception why) throws InterruptedException {
        String subject = TOPIC + name;
        try {
            if (why.getCause() instanceof TopicAuthorizationException) {
                checks.add(
                        Check.fail(subject, "the relay may neither see it nor write to it", remedies.allowWrite(name)));
            } else if (why.getCause() instanceof UnknownTopicOrPartitionException) {
                missing(name, brokerConfig());
            } else {
                checks.add(Check.of(subject, KafkaFailures.classify(why)));
            }
        } catch (ExecutionException | TimeoutException e) {
            checks.add(Check.of(subject, KafkaFailures.classify(e)));
        }
    }

    private void missing(String name, Map<String, String> broker) {
        String subject = TOPIC + name;
        String creates = broker.get("auto.create.topics.enable");
        String create = remedies.create(name);
        if ("true".equals(creates)) {
            checks.add(Check.warn(
                    subject,
                    "it does not exist; the brokers create it with the first message, with "
                            + counted(broker, "num.partitions", "partition") + " and "
                            + counted(broker, "default.replication.factor", "replica"),
                    create));
        } else {
            checks.add(Check.fail(
                    subject,
                    "it does not exist, and "
                            + (creates == null
                                    ? "whether the brokers create topics, the relay may not ask"
                                    : "the brokers create no topics: its messages would wait"),
                    create));
        }
    }

    /** Without WRITE on any topic, an idempotent producer takes a privilege of the cluster; brokers before 2.8 want it always. */
    private void idempotence(boolean mayWrite) throws InterruptedException {
        String subject = "idempotent writing";
        try {
            DescribeClusterResult cluster =
                    admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
            Set<AclOperation> allowed = get(cluster.authorizedOperations());
            if (mayWrite || allowed == null || allowed.contains(AclOperation.IDEMPOTENT_WRITE)) {
                checks.add(Check.ok(subject, "allowed"));
            } else {
                checks.add(Check.skipped(subject, "is allowed to whoever may write to a topic"));
            }
        } catch (ExecutionException | TimeoutException e) {
            checks.add(Check.skipped(
                    subject,
                    "the brokers do not say: " + KafkaFailures.classify(e).summary()));
        }
        checks.add(Check.skipped("broker clocks", "brokers tell the time to nobody who does not publish"));
    }

    private Map<String, String> limits(String topic) throws InterruptedException, ExecutionException, TimeoutException {
        return config(new ConfigResource(ConfigResource.Type.TOPIC, topic));
    }

    private Map<String, String> brokerConfig() throws InterruptedException, ExecutionException, TimeoutException {
        return nodes.isEmpty()
                ? Map.of()
                : config(new ConfigResource(
                        ConfigResource.Type.BROKER, nodes.iterator().next().idString()));
    }

    /** Empty where the relay may not ask, which takes DESCRIBE_CONFIGS and is not needed for anything else. */
    private Map<String, String> config(ConfigResource resource)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            Map<String, String> values = new HashMap<>();
            get(admin.describeConfigs(List.of(resource)).values().get(resource))
                    .entries()
                    .forEach(entry -> {
                        if (entry.value() != null) {
                            values.put(entry.name(), entry.value());
                        }
                    });
            return values;
        } catch (ExecutionException e) {
            // That the brokers did not answer says nothing of what they allow.
            if (e.getCause() instanceof AuthorizationException) {
                return Map.of();
            }
            throw e;
        }
    }

    private static String counted(Map<String, String> config, String name, String what) {
        return counted(Integer.parseInt(config.getOrDefault(name, "1")), what);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static <T> T get(@Nullable KafkaFuture<T> future)
            throws ExecutionException, TimeoutException, InterruptedException {
        if (future == null) {
            throw new TimeoutException("no answer");
        }
        // Kafka's client gives up first, and says why.
        return future.get(2 * ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What a topic's settings say, as far as they may be seen. */
    private record TopicLimits(Map<String, String> config) {

        int inSyncMin() {
            return Integer.parseInt(config.getOrDefault("min.insync.replicas", "0"));
        }

        String shown() {
            return config.isEmpty()
                    ? "its limits may not be seen (operation DescribeConfigs)"
                    : "min.insync.replicas " + inSyncMin() + ", messages of up to " + messageBytesMax() + " bytes";
        }

        long messageBytesMax() {
            return Long.parseLong(config.getOrDefault("max.message.bytes", Long.toString(Long.MAX_VALUE)));
        }
    }
}
