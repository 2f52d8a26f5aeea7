package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.BrokerProbe.Reached;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BrokerProbeIT {

    @Test
    void says_that_a_broker_is_away_and_then_that_it_is_reached() {
        try (EmbeddedKafka kafka = EmbeddedKafka.started()) {
            kafka.stop();
            AtomicInteger changes = new AtomicInteger();
            try (BrokerProbe probe =
                    BrokerProbe.start(() -> settings(kafka.bootstrapServers()), changes::incrementAndGet)) {
                await().atMost(Duration.ofSeconds(10)).until(() -> probe.answer() instanceof Away);
                assertThat(((Away) probe.answer()).failure().summary())
                        .contains("no broker can be reached at " + kafka.bootstrapServers());

                kafka.start();
                await().atMost(Duration.ofSeconds(30)).until(() -> probe.answer() instanceof Reached);
                assertThat(((Reached) probe.answer()).brokers()).isOne();
                assertThat(((Reached) probe.answer()).clusterId()).isNotEqualTo("unknown");
                assertThat(changes).hasPositiveValue();
            }
        }
    }

    @Test
    void an_unresolvable_host_is_away_too() {
        try (BrokerProbe probe = BrokerProbe.start(() -> settings("no-such-host.invalid:9092"), () -> {})) {
            await().atMost(Duration.ofSeconds(30)).until(() -> probe.answer() instanceof Away);
        }
    }

    private static PublisherSettings settings(String servers) {
        return PublisherSettings.of(Map.of("bootstrap.servers", servers), 1);
    }
}
