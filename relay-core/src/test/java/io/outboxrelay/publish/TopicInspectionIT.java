package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a relay's own settings let see of topics, at a broker that asks who may do what; and that its remedies are some. */
class TopicInspectionIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    static Path directory;

    private static final SwallowedRequests MUTE = new SwallowedRequests(ApiKeys.DESCRIBE_CONFIGS);

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() {
        CertificateAuthority authority = CertificateAuthority.in(directory, "authority");
        kafka = EmbeddedKafka.builder()
                .autoCreateTopics(false)
                .proxiedAt(MUTE.port())
                .set("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                .set("super.users", "User:ANONYMOUS")
                .secured(authority.issue("localhost"), authority.certificate(), BrokerSecurity.SASL_PLAINTEXT)
                .start();
        MUTE.forwardTo(kafka.proxiedPort());
        kafka.setScramPassword(SecuredKafka.USER, SecuredKafka.PASSWORD);
    }

    @AfterAll
    static void stop() throws IOException {
        MUTE.close();
        kafka.close();
    }

    @Test
    void a_topic_that_the_relay_may_not_write_to_fails_until_it_may() throws Exception {
        kafka.createTopic("guarded", 1);
        Check hidden = of("guarded", relay(), 0);
        assertThat(hidden.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(hidden.problems().get(0).what()).isEqualTo("the relay may neither see it nor write to it");
        allow("guarded", AclOperation.DESCRIBE);
        await().atMost(BOUND)
                .until(() ->
                        of("guarded", relay(), 0).problems().get(0).what().equals("the relay may not write to it"));
        run(of("guarded", relay(), 0).problems().get(0).remedy());
        await().atMost(BOUND).until(() -> of("guarded", relay(), 0).verdict() == Verdict.WARN);
        assertThat(of("guarded", relay(), 0).problems().get(0).what()).startsWith("it has one replica");
        assertThat(inspect("guarded", relay(), 0)).contains(Check.ok("idempotent writing", "allowed"));
    }

    @Test
    void a_topic_that_does_not_exist_fails_where_brokers_create_none() throws Exception {
        Check missing = of("absent", superuser(), 0);
        assertThat(missing.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(missing.problems().get(0).what()).contains("does not exist, and the brokers create no topics");
        run(missing.problems().get(0).remedy());
        await().atMost(BOUND).until(() -> of("absent", superuser(), 0).verdict() == Verdict.WARN);
    }

    @Test
    void a_topic_that_asks_for_more_replicas_than_it_has_fails() throws Exception {
        kafka.createTopic("demanding", 1, Map.of("min.insync.replicas", "2"));
        Check failing = of("demanding", superuser(), 0);
        assertThat(failing.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(failing.problems().get(0).what()).contains("1 replica in sync", "min.insync.replicas = 2");
        run(failing.problems().get(0).remedy());
        await().atMost(BOUND).until(() -> of("demanding", superuser(), 0).verdict() == Verdict.WARN);
    }

    @Test
    void a_topic_that_takes_less_than_what_waits_is_warned_of() throws Exception {
        kafka.createTopic("narrow", 1, Map.of("max.message.bytes", "1000"));
        Check warned = of("narrow", superuser(), 1_500);
        assertThat(warned.verdict()).isEqualTo(Verdict.WARN);
        assertThat(warned.problems().get(0).what()).contains("1500 bytes waits", "takes 1000");
        run(warned.problems().get(0).remedy());
        await().atMost(BOUND)
                .until(() -> of("narrow", superuser(), 1_500)
                        .problems()
                        .get(0)
                        .what()
                        .startsWith("it has one replica"));
    }

    @Test
    void limits_that_nobody_tells_are_not_taken_for_limits_that_may_not_be_seen() throws Exception {
        kafka.createTopic("asked", 1);
        PublisherSettings mute = PublisherSettings.of(Map.of("bootstrap.servers", "localhost:" + MUTE.port()), 1 << 20);
        Check topic = unanswered("asked", mute);
        assertThat(topic.verdict()).as("%s", topic).isEqualTo(Verdict.AWAY);
        assertThat(topic.problems().get(0).what()).contains("Timeout").doesNotContain("may not");

        Check missing = unanswered("asked-for", mute);
        assertThat(missing.verdict()).as("%s", missing).isEqualTo(Verdict.AWAY);
        assertThat(missing.problems().get(0).what()).contains("Timeout").doesNotContain("may not");
    }

    private static Check unanswered(String topic, PublisherSettings mute) throws InterruptedException {
        return TopicInspection.inspect(mute, new TopicInspection.Messages(Map.of(topic, 0L)), Duration.ofSeconds(1))
                .get(0);
    }

    /** The first check of the topic, the worst one. */
    private static Check of(String topic, PublisherSettings settings, long bytes) throws InterruptedException {
        return inspect(topic, settings, bytes).stream()
                .filter(check -> check.subject().equals("topic " + topic))
                .findFirst()
                .orElseThrow();
    }

    private static List<Check> inspect(String topic, PublisherSettings settings, long bytes)
            throws InterruptedException {
        return TopicInspection.inspect(settings, new TopicInspection.Messages(Map.of(topic, bytes)));
    }

    private static PublisherSettings superuser() {
        return PublisherSettings.of(Map.of("bootstrap.servers", kafka.bootstrapServers()), 1 << 20);
    }

    private static PublisherSettings relay() {
        return PublisherSettings.of(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(BrokerSecurity.SASL_PLAINTEXT),
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "SCRAM-SHA-512",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
                                + SecuredKafka.USER + "\" password=\"" + SecuredKafka.PASSWORD + "\";"),
                1 << 20);
    }

    private static void allow(String topic, AclOperation... operations) throws Exception {
        try (Admin admin = kafka.admin()) {
            admin.createAcls(Stream.of(operations)
                            .map(operation -> new AclBinding(
                                    new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                                    new AccessControlEntry(
                                            "User:" + SecuredKafka.USER, "*", operation, AclPermissionType.ALLOW)))
                            .toList())
                    .all()
                    .get();
        }
    }

    /** Does what Kafka's own tools do, which are not among the test's dependencies. */
    private static void run(String command) throws Exception {
        List<String> words = List.of(command.split(" ", -1));
        String topic = words.get(words.indexOf("--topic") + 1);
        try (Admin admin = kafka.admin()) {
            switch (words.get(0)) {
                case "kafka-topics.sh" -> {
                    int partitions = Integer.parseInt(words.get(words.indexOf("--partitions") + 1));
                    short copies = Short.parseShort(words.get(words.indexOf("--replication-factor") + 1));
                    admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.of(copies))))
                            .all()
                            .get();
                }
                case "kafka-configs.sh" -> {
                    String[] setting =
                            words.get(words.indexOf("--add-config") + 1).split("=", 2);
                    admin.incrementalAlterConfigs(Map.of(
                                    new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                    List.of(new AlterConfigOp(
                                            new ConfigEntry(setting[0], setting[1]), AlterConfigOp.OpType.SET))))
                            .all()
                            .get();
                }
                case "kafka-acls.sh" -> {
                    assertThat(command)
                            .contains("--allow-principal 'User:" + SecuredKafka.USER + "'", "--operation Write");
                    allow(topic, AclOperation.WRITE, AclOperation.DESCRIBE);
                }
                default -> throw new IllegalArgumentException(command);
            }
        }
    }
}
