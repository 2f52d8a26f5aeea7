package io.outboxrelay.publish;

import static io.outboxrelay.publish.PublishScene.numbered;
import static io.outboxrelay.publish.PublishScene.numbers;
import static io.outboxrelay.publish.SecuredKafka.scram;
import static io.outboxrelay.publish.SecuredKafka.showing;
import static io.outboxrelay.publish.SecuredKafka.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.MountedSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The brokers stop believing a relay that they believed before, and its new secret comes a little later. */
class RotatedSecretsIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void a_new_password_is_asked_for_once_the_brokers_refuse_the_old_one() {
        try (SecuredKafka secured = new SecuredKafka(directory, BrokerSecurity.SASL_SSL)) {
            AtomicReference<String> password = new AtomicReference<>(SecuredKafka.PASSWORD);
            Supplier<PublisherSettings> settings = () ->
                    PublisherSettings.of(with(secured.proxied(BrokerSecurity.SASL_SSL), scram(password.get())), 1);
            rotate(
                    secured,
                    settings,
                    "kafka.sasl.jaas.config",
                    () -> secured.kafka.setScramPassword(SecuredKafka.USER, "n3w-s3cret"),
                    () -> password.set("n3w-s3cret"));
        }
    }

    /** To a producer every address of a broker is a broker of its own. One connection stands, as to brokers not restarted. */
    @Test
    void a_new_password_is_asked_for_also_where_only_some_brokers_refuse_the_old_one() {
        try (SecuredKafka secured = new SecuredKafka(directory, BrokerSecurity.SASL_SSL)) {
            AtomicReference<String> password = new AtomicReference<>(SecuredKafka.PASSWORD);
            Supplier<PublisherSettings> settings = () -> PublisherSettings.of(
                    with(secured.enteringElsewhere(BrokerSecurity.SASL_SSL), scram(password.get())), 1);
            rotate(
                    secured,
                    settings,
                    "kafka.sasl.jaas.config",
                    () -> {
                        assertThat(secured.entrance.connectionCount()).isOne();
                        secured.kafka.setScramPassword(SecuredKafka.USER, "n3w-s3cret");
                    },
                    () -> password.set("n3w-s3cret"));
        }
    }

    /** By TLS 1.3 the producer takes itself for let in before the broker has looked at its certificate. */
    @Test
    void a_new_certificate_is_read_from_the_same_path_once_the_brokers_refuse_the_old_one() throws IOException {
        try (SecuredKafka secured = new SecuredKafka(directory, BrokerSecurity.MUTUAL_SSL)) {
            CertificateAuthority next = CertificateAuthority.in(directory, "next");
            MountedSecret mounted =
                    MountedSecret.in(Files.createDirectory(directory.resolve("mounted")), pem(secured.authority));
            PublisherSettings settings = PublisherSettings.of(
                    with(secured.proxied(BrokerSecurity.MUTUAL_SSL), showing(mounted.file("relay.pem"))), 1);
            rotate(
                    secured,
                    () -> settings,
                    "kafka.ssl.keystore",
                    () -> trustClientsOf(secured, next),
                    () -> mounted.replace(pem(next)));
        }
    }

    @Test
    void a_new_certificate_is_read_also_where_only_some_brokers_refuse_the_old_one() throws IOException {
        try (SecuredKafka secured = new SecuredKafka(directory, BrokerSecurity.MUTUAL_SSL)) {
            CertificateAuthority next = CertificateAuthority.in(directory, "next");
            MountedSecret mounted =
                    MountedSecret.in(Files.createDirectory(directory.resolve("mounted")), pem(secured.authority));
            PublisherSettings settings = PublisherSettings.of(
                    with(secured.enteringElsewhere(BrokerSecurity.MUTUAL_SSL), showing(mounted.file("relay.pem"))), 1);
            rotate(
                    secured,
                    () -> settings,
                    "kafka.ssl.keystore",
                    () -> {
                        assertThat(secured.entrance.connectionCount()).isOne();
                        trustClientsOf(secured, next);
                    },
                    () -> mounted.replace(pem(next)));
        }
    }

    private static void rotate(
            SecuredKafka secured,
            Supplier<PublisherSettings> settings,
            String said,
            Runnable atTheBrokers,
            Runnable atTheRelay) {
        try (PublishRun run = new PublishRun(settings)) {
            IntStream.range(0, 100).forEach(i -> run.add(numbered("rotated", i)));
            run.runUntil(SOON, run::isEverythingPublished);

            atTheBrokers.run();
            awaitRefused(settings);
            secured.proxy.resetConnections();
            IntStream.range(100, 200).forEach(i -> run.add(numbered("rotated", i)));
            // The producer that stood says that something is wrong, the next one what.
            run.runUntil(SOON, () -> run.failures.size() >= 2);
            assertThat(run.failures).allSatisfy(failure -> {
                assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
                assertThat(failure.summary()).contains(said, "read anew").doesNotContain("s3cret");
            });
            assertThat(run.published()).isEqualTo(100);

            atTheRelay.run();
            run.runUntil(SOON, run::isEverythingPublished);
        }
        assertThat(PublishScene.ids(secured.kafka.bootstrapServers(), "rotated"))
                .containsExactlyInAnyOrderElementsOf(numbers(0, 200));
    }

    /** What was altered at the brokers counts within moments, not at once. */
    private static void awaitRefused(Supplier<PublisherSettings> settings) {
        await().atMost(SOON).until(() -> {
            try (BrokerProbe probe = BrokerProbe.start(settings, () -> {})) {
                await().atMost(SOON).until(() -> !(probe.answer() instanceof BrokerProbe.Asking));
                return probe.answer() instanceof Away;
            }
        });
    }

    private static void trustClientsOf(SecuredKafka secured, CertificateAuthority authority) {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        ConfigEntry truststore = new ConfigEntry(
                "listener.name.proxied.ssl.truststore.location",
                authority.certificate().toString());
        try (Admin admin = secured.kafka.admin()) {
            admin.incrementalAlterConfigs(
                            Map.of(broker, List.of(new AlterConfigOp(truststore, AlterConfigOp.OpType.SET))))
                    .all()
                    .get(SOON.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the broker does not take another truststore", e);
        }
    }

    private static Map<String, String> pem(CertificateAuthority authority) {
        try {
            return Map.of("relay.pem", Files.readString(authority.issue("relay").both()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
