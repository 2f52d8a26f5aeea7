package io.outboxrelay.debezium.store;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.SideClients;
import io.outboxrelay.publish.TopicRemedies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a topic must be like to keep the relay's state, and its making. Used by one thread. */
final class StateTopicForm {

    private static final int COPIES = 3;
    private static final List<String> RIGHTS = List.of("Read", "Write", "Create", "Describe", "DescribeConfigs");

    private final Admin admin;
    private final String topic;
    private final Duration answerMax;
    private final TopicRemedies remedies;
    private final int brokers;

    private StateTopicForm(SideClients clients, Admin admin, String topic, Duration answerMax) {
        this.admin = admin;
        this.topic = topic;
        this.answerMax = answerMax;
        this.brokers = get(admin.describeCluster().nodes(), clients.remedies(1)).size();
        this.remedies = clients.remedies(brokers);
    }

    /** Makes the topic where it is missing, and refuses one that would forget what it is given. */
    static void ensure(SideClients clients, String topic, Duration answerMax) {
        Admin admin = clients.admin();
        try {
            StateTopicForm form = new StateTopicForm(clients, admin, topic, answerMax);
            TopicDescription found = form.find().orElseGet(form::create);
            form.judge(found);
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    /** Whether there is such a topic; makes none. */
    static boolean isThere(SideClients clients, String topic, Duration answerMax) {
        Admin admin = clients.admin();
        try {
            return new StateTopicForm(clients, admin, topic, answerMax).find().isPresent();
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private Optional<TopicDescription> find() {
        try {
            return Optional.ofNullable(
                    get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic));
        } catch (RelayException e) {
            if (e.failure().cause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Small segments, because the latest one is never compacted: a position that is stored several times a second would otherwise make
     * a gigabyte to be read at each start.
     */
    private TopicDescription create() {
        int copies = Math.max(1, Math.min(COPIES, brokers));
        NewTopic wanted = new NewTopic(topic, 1, (short) copies)
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        Integer.toString(Math.max(1, copies - 1)),
                        TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                        "false",
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(8 * 1024 * 1024),
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.1"));
        try {
            get(admin.createTopics(List.of(wanted)).all());
        } catch (RelayException e) {
            if (!(e.failure().cause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        long deadline = System.nanoTime() + answerMax.toNanos();
        Optional<TopicDescription> made = find();
        while (made.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new RelayException(
                        TRANSIENT, "topic " + topic + " was made and is not known yet", "nothing if it passes");
            }
            made = find();
        }
        return made.get();
    }

    private void judge(TopicDescription description) {
        if (description.partitions().size() != 1) {
            throw new RelayException(
                    MISCONFIGURED,
                    "topic " + topic + " has " + description.partitions().size()
                            + " partitions; the relay's state takes one with 1",
                    "name another topic for the relay's state, which the relay makes by itself");
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = get(admin.describeConfigs(List.of(resource)).all()).get(resource);
        ConfigEntry found = config == null ? null : config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        String policy = found == null ? null : found.value();
        if (!TopicConfig.CLEANUP_POLICY_COMPACT.equals(policy)) {
            throw new RelayException(
                    MISCONFIGURED,
                    "topic " + topic + " has cleanup.policy=" + policy + ": it would forget the relay's state",
                    remedies.compact(topic));
        }
    }

    private <T> T get(KafkaFuture<T> answer) {
        return get(answer, remedies);
    }

    private <T> T get(KafkaFuture<T> answer, TopicRemedies way) {
        try {
            return answer.get(2 * answerMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RelayException(TRANSIENT, "interrupted while asking for topic " + topic, "nothing");
        } catch (ExecutionException | TimeoutException e) {
            Failure failure = StateTopic.failure(topic, e);
            throw new RelayException(
                    failure.cause() instanceof AuthorizationException refused
                            ? Failure.of(
                                    TRANSIENT,
                                    "the relay may not do with topic " + topic + " what keeping its state takes: "
                                            + refused.getMessage(),
                                    way.allow(topic, RIGHTS),
                                    refused)
                            : failure);
        }
    }
}
