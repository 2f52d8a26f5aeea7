package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.BrokerProbe.Asking;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's client may speak to any of the addresses it is given, so each of them counts. */
class SeveralAddressesIT {
    /** One that says nothing takes 2 s; three of them one after the other take longer than this. */
    private static final Duration ALL_AT_ONCE = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @Test
    void a_port_that_speaks_tls_is_found_behind_silent_ones_and_one_that_fits() {
        try (SecuredKafka secured = new SecuredKafka(directory, BrokerSecurity.SSL);
                TcpProxy silent = TcpProxy.before(secured.kafka.proxiedPort());
                TcpProxy alsoSilent = TcpProxy.before(secured.kafka.proxiedPort())) {
            silent.inject(new LinkFault.Stall());
            alsoSilent.inject(new LinkFault.Stall());
            String tls = secured.kafka.bootstrapServers(BrokerSecurity.SSL);
            String servers = String.join(
                    ",",
                    "localhost:" + silent.port(),
                    "127.0.0.1:" + silent.port(),
                    "localhost:" + alsoSilent.port(),
                    secured.kafka.bootstrapServers(BrokerSecurity.PLAINTEXT),
                    tls);
            PublisherSettings settings = PublisherSettings.of(Map.of("bootstrap.servers", servers), 1);
            try (BrokerProbe probe = BrokerProbe.start(() -> settings, () -> {})) {
                await().atMost(ALL_AT_ONCE).until(() -> !(probe.answer() instanceof Asking));
                assertThat(probe.answer()).isInstanceOfSatisfying(Away.class, away -> {
                    assertThat(away.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
                    assertThat(away.failure().summary()).contains("the broker at " + tls + " speaks TLS");
                });
            }
        }
    }
}
