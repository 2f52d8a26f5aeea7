package io.outboxrelay.debezium.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.PublisherSettings;
import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateTopicIT {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    @TempDir
    static Path directory;

    private static CertificateAuthority authority;
    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() {
        authority = CertificateAuthority.in(directory, "authority");
        kafka = EmbeddedKafka.builder()
                .secured(authority.issue("localhost"), authority.certificate(), BrokerSecurity.SASL_SSL)
                .start();
        kafka.setScramPassword("relay", "sc4am");
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void what_was_put_is_there_after_it_was_opened_anew_and_an_outage() {
        try (StateStore store = open("state-1", plain())) {
            assertThat(store.values()).isEmpty();
            store.put("shop/position", "0/16B3748");
            store.put("shop/position", "0/16B3750");
            store.put("other/position", "Grüße\n🙂");
            store.put("gone", "x");
            store.remove("gone");
        }
        kafka.stop();
        kafka.start();
        try (StateStore store = open("state-1", plain())) {
            assertThat(store.values()).isEqualTo(Map.of("shop/position", "0/16B3750", "other/position", "Grüße\n🙂"));
        }
    }

    @Test
    void what_stands_there_is_read_beside_who_writes_it_and_no_topic_is_made_for_it() {
        assertThat(StateTopic.peek(PublisherSettings.of(plain(), 1 << 20), "state-none", ANSWER_MAX))
                .isEmpty();
        assertThat(StateTopic.peek(PublisherSettings.of(plain(), 1 << 20), "state-none", ANSWER_MAX))
                .isEmpty();
        try (StateStore store = open("state-peeked", plain())) {
            store.put("shop/position", "0/16B3748");
            assertThat(StateTopic.peek(PublisherSettings.of(plain(), 1 << 20), "state-peeked", ANSWER_MAX))
                    .isEqualTo(store.values());
        }
    }

    @Test
    void the_topic_is_made_so_that_it_keeps_the_latest_value_of_each_key() throws Exception {
        open("state-2", plain()).close();
        Config made = topicConfig("state-2");
        assertThat(made.get("cleanup.policy").value()).isEqualTo("compact");
        assertThat(made.get("min.insync.replicas").value()).isEqualTo("1");
        assertThat(made.get("unclean.leader.election.enable").value()).isEqualTo("false");
    }

    @Test
    void a_topic_that_forgets_is_refused_with_the_command_that_mends_it() {
        kafka.createTopic("forgetful", 1);
        Failure failure = refusal("forgetful");
        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains("cleanup.policy=delete")
                .contains("kafka-configs.sh --bootstrap-server " + kafka.bootstrapServers()
                        + " --alter --topic forgetful --add-config cleanup.policy=compact");

        kafka.createTopic("both", 1, Map.of("cleanup.policy", "compact,delete"));
        assertThat(refusal("both").summary()).contains("cleanup.policy=compact,delete");
    }

    @Test
    void a_topic_of_several_partitions_is_refused() {
        kafka.createTopic("wide", 3, Map.of("cleanup.policy", "compact"));
        assertThat(refusal("wide").kind()).isEqualTo(FailureKind.MISCONFIGURED);
    }

    @Test
    void a_topic_with_messages_of_others_is_refused() throws Exception {
        kafka.createTopic("theirs", 1, Map.of("cleanup.policy", "compact"));
        write("theirs", null);
        Failure failure = refusal("theirs");
        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary()).contains("offset 0");
    }

    @Test
    void a_topic_of_a_later_version_is_lost() throws Exception {
        kafka.createTopic("later", 1, Map.of("cleanup.policy", "compact"));
        write("later", "2");
        assertThat(refusal("later").kind()).isEqualTo(FailureKind.POSITION_LOST);
    }

    @Test
    void the_pipelines_own_credentials_are_used() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(BrokerSecurity.SASL_SSL),
                "security.protocol",
                "SASL_SSL",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                authority.certificate().toString(),
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                jaas("sc4am")));
        try (StateStore store = open("state-3", settings)) {
            store.put("position", "1");
        }
        try (StateStore store = open("state-3", plain())) {
            assertThat(store.values()).isEqualTo(Map.of("position", "1"));
        }
        settings.put("sasl.jaas.config", jaas("wrong"));
        RelayException refused = catchThrowableOfType(
                RelayException.class, () -> open("state-3", settings).close());
        assertThat(refused.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(refused.failure().summary())
                .contains("kafka.sasl.jaas.config")
                .doesNotContain("wrong\"");
    }

    @Test
    void brokers_that_are_away_are_waited_for_only_so_long_and_what_is_not_acknowledged_is_not_there() {
        try (EmbeddedKafka other = EmbeddedKafka.started();
                StateStore store =
                        open("state", Map.of("bootstrap.servers", other.bootstrapServers()), Duration.ofSeconds(1))) {
            store.put("position", "1");
            other.stop();
            RelayException late = catchThrowableOfType(RelayException.class, () -> store.put("position", "2"));
            assertThat(late.failure().kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(store.values()).isEqualTo(Map.of("position", "1"));
            RelayException away = catchThrowableOfType(
                    RelayException.class,
                    () -> open("state", Map.of("bootstrap.servers", other.bootstrapServers()), Duration.ofSeconds(1))
                            .close());
            assertThat(away.failure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
    }

    private static String jaas(String password) {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"relay\" password=\""
                + password + "\";";
    }

    private static Map<String, String> plain() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    private static StateStore open(String topic, Map<String, String> settings) {
        return open(topic, settings, ANSWER_MAX);
    }

    private static StateStore open(String topic, Map<String, String> settings, Duration answerMax) {
        return StateTopic.open(PublisherSettings.of(settings, 1 << 20), topic, answerMax);
    }

    private static Failure refusal(String topic) {
        RelayException refused = catchThrowableOfType(
                RelayException.class, () -> open(topic, plain()).close());
        assertThat(refused).as("opening %s", topic).isNotNull();
        assertThat(refused.failure().problems())
                .allSatisfy(problem -> assertThat(problem.remedy()).isNotEmpty());
        return refused.failure();
    }

    private static Config topicConfig(String topic) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = kafka.admin()) {
            return admin.describeConfigs(List.of(resource)).all().get().get(resource);
        }
    }

    private static void write(String topic, String version) throws Exception {
        try (KafkaProducer<String, String> writer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            ProducerRecord<String, String> message = new ProducerRecord<>(topic, "key", "value");
            if (version != null) {
                message.headers().add("outbox-relay-state", version.getBytes(UTF_8));
            }
            writer.send(message).get();
        }
    }
}
