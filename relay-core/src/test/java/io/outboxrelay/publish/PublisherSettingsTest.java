package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublisherSettingsTest {

    private static final long WINDOW_BYTES = 32L * 1024 * 1024;

    @Test
    void brokers_alone_are_enough() {
        Map<String, Object> config = PublisherSettings.of(with(), WINDOW_BYTES).producerConfig();

        assertThat(config)
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true")
                .containsEntry("delivery.timeout.ms", "2147483647")
                .containsEntry("retries", "2147483647")
                .containsEntry("max.block.ms", "0")
                .containsEntry("compression.type", "lz4")
                .containsEntry("batch.size", "262144")
                .containsEntry("request.timeout.ms", "10000")
                .containsEntry("buffer.memory", "67108864");
    }

    @Test
    void what_is_the_users_to_choose_passes_through() {
        Map<String, String> given = with(
                "compression.type", "zstd",
                "linger.ms", "20",
                "acks", "-1",
                "enable.idempotence", "TRUE",
                "max.in.flight.requests.per.connection", "1",
                "security.protocol", "SASL_SSL",
                "ssl.truststore.location", "/trust.jks");

        assertThat(PublisherSettings.of(given, WINDOW_BYTES).producerConfig())
                .containsEntry("compression.type", "zstd")
                .containsEntry("linger.ms", "20")
                .containsEntry("acks", "all")
                .containsEntry("max.in.flight.requests.per.connection", "1")
                .containsEntry("ssl.truststore.location", "/trust.jks");
    }

    /** As Kafka takes it: to be read otherwise here would have a TLS port refused that the relay could speak to. */
    @ParameterizedTest
    @CsvSource({"SASL_SSL, true", "sasl_ssl, true", "ssl, true", "Sasl_Plaintext, false", "plaintext, false"})
    void the_security_protocol_may_be_written_in_small_letters(String written, boolean encrypts) {
        PublisherSettings settings = PublisherSettings.of(with("security.protocol", written), WINDOW_BYTES);
        assertThat(settings.encrypts()).isEqualTo(encrypts);
        assertThat(settings.securityProtocol()).isUpperCase().isEqualToIgnoringCase(written);
    }

    @ParameterizedTest
    @CsvSource({
        "acks, 1",
        "enable.idempotence, false",
        "max.in.flight.requests.per.connection, 2",
        "delivery.timeout.ms, 120000",
        "retries, 3",
        "max.block.ms, 60000",
        "key.serializer, org.apache.kafka.common.serialization.StringSerializer",
        "transactional.id, t",
        "interceptor.classes, a.B",
        "partitioner.ignore.keys, true",
        "partitioner.class, org.apache.kafka.clients.producer.RoundRobinPartitioner",
        "linger.ms, soon",
        "compression.type, rar",
        "buffer.memory, 1000000",
        "max.request.size, 100000000",
        "bootstrap.servers, localhost",
        "bootstrap.servers, localhost:0",
        "bootstrap.servers, localhost:99999",
        "bootstrap.servers, localhost:99999999999",
        "bootstrap.servers, ''"
    })
    void what_breaks_a_promise_or_cannot_work_is_refused_with_a_remedy(String name, String value) {
        List<Problem> problems = PublisherSettings.problems(with(name, value), WINDOW_BYTES);

        assertThat(problems).isNotEmpty().allSatisfy(problem -> {
            assertThat(problem.what()).startsWith("kafka." + name);
            assertThat(problem.remedy()).isNotEmpty();
        });
    }

    @Test
    void all_problems_are_told_at_once() {
        Map<String, String> given = with("acks", "0", "linger.ms", "x", "batchsize", "1", "request.timeout.ms", "y");
        given.remove("bootstrap.servers");

        assertThatThrownBy(() -> PublisherSettings.of(given, WINDOW_BYTES))
                .isInstanceOfSatisfying(RelayException.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
                    assertThat(e.failure().problems()).hasSize(5);
                })
                .hasMessageContaining("did you mean kafka.batch.size?");
    }

    @Test
    void a_plugin_brings_settings_of_its_own_but_slips_are_still_found() {
        String plugin = "org.apache.kafka.common.metrics.JmxReporter";
        assertThat(PublisherSettings.problems(with("metric.reporters", plugin, "acme.monitor.url", "x"), WINDOW_BYTES))
                .isEmpty();
        assertThat(PublisherSettings.problems(with("metric.reporters", plugin, "linger.sm", "1"), WINDOW_BYTES))
                .hasSize(1);
        assertThat(PublisherSettings.problems(with("acme.monitor.url", "x"), WINDOW_BYTES))
                .hasSize(1);
        assertThat(PublisherSettings.problems(with("metrics.context.site", "x"), WINDOW_BYTES))
                .isEmpty();
    }

    @Test
    void no_secret_is_shown() {
        Map<String, String> given = with(
                "sasl.jaas.config", "secret1",
                "ssl.key.password", "secret2",
                "ssl.keystore.key", "secret3",
                "metric.reporters", "org.apache.kafka.common.metrics.JmxReporter",
                "acme.api-key", "secret4",
                "acme.auth.token", "secret5");

        assertThat(PublisherSettings.of(given, WINDOW_BYTES).toString())
                .contains("localhost:9092")
                .doesNotContain("secret");
        given.put("delivery.timeout.ms", "1");
        assertThat(PublisherSettings.problems(given, WINDOW_BYTES).toString()).doesNotContain("secret");
    }

    @Test
    void an_administration_client_gets_what_it_understands() {
        assertThat(PublisherSettings.of(with("security.protocol", "SSL"), WINDOW_BYTES)
                        .adminConfig())
                .containsEntry("security.protocol", "SSL")
                .containsKey("bootstrap.servers")
                .doesNotContainKeys("acks", "linger.ms", "buffer.memory");
    }

    private static Map<String, String> with(String... pairs) {
        Map<String, String> given = new HashMap<>(Map.of("bootstrap.servers", "localhost:9092"));
        for (int i = 0; i < pairs.length; i += 2) {
            given.put(pairs[i], pairs[i + 1]);
        }
        return given;
    }
}
