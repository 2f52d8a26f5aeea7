package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.PublisherSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A canary in every setting whose description calls it secret, and in each of Kafka's: none shows in any text that is made of them. */
class SecretCanariesTest {
    private static final String CANARY = "c4nary";

    /** Names that Debezium does not know are an extension's; what they hold shows by how they are called. */
    private static final List<String> PASSED_THROUGH =
            List.of("source.debezium.my.password", "source.debezium.my.token");

    @TempDir
    Path directory;

    /** By the descriptions: what is added to them is covered. */
    static List<String> secrets() {
        return Stream.concat(
                        KnownSettings.ALL.stream()
                                .filter(setting -> setting.masking() == Masking.ALL)
                                .map(Setting::key),
                        PublisherSettings.secretNames().stream().map(name -> KnownSettings.KAFKA.prefix() + name))
                .toList();
    }

    @Test
    void the_descriptions_know_of_secrets() {
        assertThat(secrets())
                .contains(
                        "source.password", "kafka.sasl.jaas.config", "kafka.ssl.key.password", "kafka.ssl.keystore.key")
                .hasSizeGreaterThan(8);
        assertThat(PublisherSettings.secretNames())
                .allMatch(name -> KnownSettings.KAFKA.masking().apply(name) == Masking.ALL);
        // Whoever describes a setting as holding secrets in another way says here how to plant one.
        assertThat(KnownSettings.ALL)
                .filteredOn(setting -> setting.masking() == Masking.IN_URL)
                .containsExactly(KnownSettings.SOURCE_URL);
    }

    @Test
    void no_text_of_the_settings_shows_any() throws IOException {
        StringBuilder file = new StringBuilder("drainTimeout: 9s\npipelines:\n");
        for (String pipeline : List.of("orders", "billing")) {
            file.append("  ").append(pipeline).append(":\n");
            line(file, "source.url", "jdbc:postgresql://db/" + pipeline + "?password=c4naryA&sslpassword=c4naryB");
            line(file, "outbox.table", "outbox");
            line(file, "kafka.bootstrap.servers", "broker:9092");
            secrets().forEach(key -> line(file, key, CANARY + "-" + key));
        }
        file.append("  log:\n");
        line(file, "source.type", "debezium");
        line(file, "source.url", "jdbc:postgresql://db/log?password=c4naryA");
        line(file, "source.password", CANARY + "-log");
        line(file, "outbox.table", "outbox");
        line(file, "kafka.bootstrap.servers", "broker:9092");
        PASSED_THROUGH.forEach(key -> line(file, key, CANARY + "-" + key));
        RelaySettings settings = new SettingsFile(directory).loadAll(file.toString());
        List<String> texts = new ArrayList<>();
        collect(settings, texts);
        settings.pipelines().values().forEach(pipeline -> {
            collect(pipeline.atStart(), texts);
            collect(pipeline.source(), texts);
            collect(pipeline.publisher(), texts);
            assertThat(pipeline.source().connection().password()).contains(CANARY);
        });
        assertThat(texts)
                .hasSizeGreaterThan(20)
                .anyMatch(text -> text.contains("broker:9092"))
                .noneMatch(text -> text.contains(CANARY));
        assertThat(settings.shown().stream()
                        .filter(shown -> shown.value().equals(Masking.MASK))
                        .map(ShownSetting::path))
                .hasSize(2 * secrets().size() + 1 + PASSED_THROUGH.size());
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void no_problem_and_no_trace_shows_any(String key) {
        for (String value : List.of(
                "c4nary$",
                "${c4nary!}",
                "'c4nary",
                "*c4nary",
                "!c4nary x",
                "@c4nary",
                "[c4nary]",
                "c4nary: x",
                "c4nary\ndrainTimeout: never",
                "c4nary\n" + key + ": c4nary",
                "c4nary\nkafka.sasl.mechanism: c4\nkafka.ssl.keystore.type: c4")) {
            String text = SettingsFile.SOUND + key + ": " + value + "\nwindow.recordsMax: none\n";
            RelayException refused =
                    catchThrowableOfType(RelayException.class, () -> new SettingsFile(directory).loadAll(text));
            StringWriter trace = new StringWriter();
            refused.printStackTrace(new PrintWriter(trace));
            assertThat(refused.failure() + trace.toString()).as(value).doesNotContain(CANARY);
        }
    }

    private static void line(StringBuilder file, String key, String value) {
        file.append("    ").append(key).append(": '").append(value).append("'\n");
    }

    /** The text of an object and of whatever it is a record of. */
    private static void collect(Object of, List<String> texts) {
        texts.add(String.valueOf(of));
        if (of instanceof Map<?, ?> map) {
            map.values().forEach(value -> collect(value, texts));
        } else if (of instanceof Collection<?> collection) {
            collection.forEach(value -> collect(value, texts));
        } else if (of instanceof Record) {
            for (RecordComponent component : of.getClass().getRecordComponents()) {
                collectComponent(of, component, texts);
            }
        }
    }

    private static void collectComponent(Object of, RecordComponent component, List<String> texts) {
        try {
            Object value = component.getAccessor().invoke(of);
            // The secrets themselves have to be somewhere: a record hands them out, and does not show them.
            if (value instanceof Record || value instanceof Map || value instanceof Collection) {
                collect(value, texts);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
