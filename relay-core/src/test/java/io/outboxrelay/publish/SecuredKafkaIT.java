package io.outboxrelay.publish;

import static io.outboxrelay.publish.PublishScene.numbered;
import static io.outboxrelay.publish.PublishScene.numbers;
import static io.outboxrelay.publish.SecuredKafka.plain;
import static io.outboxrelay.publish.SecuredKafka.scram;
import static io.outboxrelay.publish.SecuredKafka.showing;
import static io.outboxrelay.publish.SecuredKafka.trusting;
import static io.outboxrelay.publish.SecuredKafka.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.BrokerProbe.Reached;
import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS and passwords against a real broker: what fits is published by, what does not ends a first start, by name. */
class SecuredKafkaIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    /** A first start that cannot work is to end in seconds. */
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    private static SecuredKafka secured;

    @BeforeAll
    static void start() {
        secured = new SecuredKafka(directory, BrokerSecurity.SSL);
    }

    @AfterAll
    static void stop() {
        secured.close();
    }

    @ParameterizedTest
    @EnumSource
    void what_fits_the_listener_is_published_by(BrokerSecurity security) {
        publishes("fits-" + security, secured.fitting(security));
    }

    @Test
    void a_password_by_plain_is_published_by() {
        publishes("plain", with(secured.fitting(BrokerSecurity.SASL_SSL), plain(EmbeddedKafka.PLAIN_PASSWORD)));
    }

    private static void publishes(String topic, Map<String, String> settings) {
        try (PublishRun run = new PublishRun(PublisherSettings.of(settings, 1))) {
            IntStream.range(0, 100).forEach(i -> run.add(numbered(topic, i)));
            run.runUntil(SOON, run::isEverythingPublished);
            assertThat(run.failures).isEmpty();
        }
        assertThat(PublishScene.ids(secured.kafka.bootstrapServers(), topic))
                .containsExactlyInAnyOrderElementsOf(numbers(0, 100));
    }

    @Test
    void a_wrong_password_is_refused() {
        Map<String, String> right = secured.fitting(BrokerSecurity.SASL_SSL);
        assertRefused(
                with(right, scram("wr0ng-s3cret")), "correct the user and the password in kafka.sasl.jaas.config");
        assertRefused(
                with(right, plain("wr0ng-s3cret")), "correct the user and the password in kafka.sasl.jaas.config");
    }

    @Test
    void a_mechanism_that_the_brokers_do_not_enable_is_refused() {
        assertRefused(
                with(secured.fitting(BrokerSecurity.SASL_SSL), Map.of("sasl.mechanism", "SCRAM-SHA-256")),
                "set kafka.sasl.mechanism");
    }

    @Test
    void brokers_with_a_certificate_that_cannot_be_trusted_are_refused() {
        CertificateAuthority other = CertificateAuthority.in(directory, "other");
        String servers = secured.kafka.bootstrapServers(BrokerSecurity.SSL);
        Map<String, String> right = secured.fitting(BrokerSecurity.SSL);
        assertRefused(with(right, trusting("SSL", other)), "let kafka.ssl.truststore.location name");
        assertRefused(
                with(right, Map.of("bootstrap.servers", servers.replace("localhost", "127.0.0.1"))),
                "write the hosts in kafka.bootstrap.servers");
    }

    @Test
    void a_client_without_a_certificate_that_the_brokers_trust_is_refused() {
        CertificateAuthority other = CertificateAuthority.in(directory, "stranger");
        Map<String, String> right = secured.fitting(BrokerSecurity.MUTUAL_SSL);
        Map<String, String> without = new HashMap<>(right);
        without.keySet().removeIf(name -> name.startsWith("ssl.keystore"));
        assertRefused(without, "let kafka.ssl.keystore.location name");
        assertRefused(with(right, showing(other.issue("relay").both())), "let kafka.ssl.keystore.location name");
    }

    @Test
    void a_port_that_speaks_something_else_is_named_with_what_it_speaks() {
        assertMismatch(BrokerSecurity.SSL, BrokerSecurity.PLAINTEXT, "does not speak TLS", "to PLAINTEXT");
        assertMismatch(BrokerSecurity.SASL_SSL, BrokerSecurity.SASL_PLAINTEXT, "does not speak TLS", "SASL_PLAINTEXT");
        assertMismatch(BrokerSecurity.PLAINTEXT, BrokerSecurity.SSL, "speaks TLS", "else SSL");
        assertMismatch(BrokerSecurity.SASL_PLAINTEXT, BrokerSecurity.SASL_SSL, "speaks TLS", "to SASL_SSL");
        assertMismatch(BrokerSecurity.PLAINTEXT, BrokerSecurity.SASL_PLAINTEXT, "wants a password", "SASL_PLAINTEXT");
        assertMismatch(BrokerSecurity.SSL, BrokerSecurity.SASL_SSL, "wants a password", "to SASL_SSL");
        assertMismatch(BrokerSecurity.SASL_PLAINTEXT, BrokerSecurity.PLAINTEXT, "handshake", "to SSL or PLAINTEXT");
    }

    private static void assertMismatch(BrokerSecurity settings, BrokerSecurity listener, String what, String remedy) {
        String servers = secured.kafka.bootstrapServers(listener);
        assertRefused(
                with(secured.fitting(settings), Map.of("bootstrap.servers", servers)),
                what,
                "set kafka.security.protocol to",
                remedy);
    }

    /** As at a start of the relay: before any row is read. */
    private static void assertRefused(Map<String, String> settings, String... said) {
        PublisherSettings publisher = PublisherSettings.of(settings, 1);
        try (BrokerProbe probe = BrokerProbe.start(() -> publisher, () -> {})) {
            await().atMost(REFUSED_WITHIN)
                    .until(() -> probe.answer() instanceof Away || probe.answer() instanceof Reached);
            assertThat(probe.answer()).isInstanceOf(Away.class);
            assertIsMistake(((Away) probe.answer()).failure(), said);
        }
    }

    private static void assertIsMistake(Failure failure, String... said) {
        assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains(said)
                .contains("->")
                .doesNotContain(SecuredKafka.PASSWORD, EmbeddedKafka.PLAIN_PASSWORD, "s3cret");
    }

    @Test
    void a_login_that_cannot_be_read_is_named_and_never_shown() {
        Map<String, String> right = secured.fitting(BrokerSecurity.SASL_SSL);
        String login = right.get("sasl.jaas.config");
        for (String malformed : new String[] {
            login.replace(";", ""),
            login.replace("\"", "").replace("-s3cret", " s3cret"),
            login.replace("Scram", "Scrum"),
            "s3cret"
        }) {
            assertNoClient(with(right, Map.of("sasl.jaas.config", malformed)), "kafka.sasl.jaas.config");
        }
    }

    @Test
    void a_store_that_cannot_be_used_is_named_with_what_is_wrong_with_it() throws Exception {
        Map<String, String> right = secured.fitting(BrokerSecurity.MUTUAL_SSL);
        String authority = secured.authority.certificate().toString();
        String junk = Files.writeString(directory.resolve("junk.pem"), "junk").toString();
        for (String store : new String[] {"ssl.truststore", "ssl.keystore"}) {
            String location = "kafka." + store + ".location";
            assertNoClient(with(right, Map.of(store + ".location", "/no/such.pem")), location, "/no/such.pem");
            assertNoClient(with(right, Map.of(store + ".location", junk)), location, junk);
            assertNoClient(with(right, Map.of(store + ".type", "JKS")), location, store + ".type");
            assertNoClient(
                    with(
                            right,
                            Map.of(
                                    store + ".type", "PKCS12",
                                    store + ".location", pkcs12(store),
                                    store + ".password", "wr0ng-s3cret")),
                    location,
                    "correct kafka." + store + ".password");
        }
        assertNoClient(with(right, Map.of("ssl.keystore.location", authority)), authority, "and its private key");
    }

    private static String pkcs12(String name) throws IOException, GeneralSecurityException {
        Path file = directory.resolve(name + ".p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(secured.authority.certificate());
                OutputStream out = Files.newOutputStream(file)) {
            store.setCertificateEntry(
                    "a", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            store.store(out, "changeit".toCharArray());
        }
        return file.toString();
    }

    private static void assertNoClient(Map<String, String> settings, String... said) {
        KafkaPublishers publishers = new KafkaPublishers(() -> PublisherSettings.of(settings, 1));
        RelayException thrown = catchThrowableOfType(RelayException.class, () -> publishers.open(() -> {}));
        assertThat(thrown).as("%s", String.join(", ", said)).isNotNull();
        assertIsMistake(thrown.failure(), said);
    }
}
