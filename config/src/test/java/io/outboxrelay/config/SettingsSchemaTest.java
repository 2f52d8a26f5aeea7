package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What an editor says of a file, by the schema, as a validator of its own understands it. */
class SettingsSchemaTest {
    private static final Path ROOT = Path.of(System.getProperty("outboxrelay.root"));
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(SettingsSchema.text());

    static List<Path> examples() throws IOException {
        return ExamplesTest.examples();
    }

    @Test
    void the_schema_in_the_documentation_is_what_the_descriptions_say() throws IOException {
        Path file = ROOT.resolve("docs/settings.schema.json");
        Path current = Files.writeString(ROOT.resolve("config/target/settings.schema.json"), SettingsSchema.text());
        assertThat(file).as("copy %s over it", current).hasSameTextualContentAs(current);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_fits_the_schema(Path example) throws IOException {
        // The validator's own reader of YAML does not know what an alias stands for; editors do.
        Object read = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(example));
        assertThat(problemsOf(SettingsSchema.json(read))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source:\nkafka:",
                "source: {password: 12345}",
                "window: {recordsMax: '20000'}",
                "window: {recordsMax: 7, bytesMax: 4194304}",
                "window: {recordsMax: '${MANY}', bytesMax: 4 MiB}",
                "route: {keyRequired: true, headers: {a: b}}",
                "drainTimeout: ${HOW_LONG}",
                "kafka: {linger.ms: 5, ssl: {protocol: TLSv1.3}}",
                "{drainTimeout: 5s, pipelines: {orders: {source: {password: x}}, b-1: {kafka: {acks: all}}}}",
            })
    void what_the_relay_takes_fits_the_schema(String yaml) {
        assertThat(problemsOf(yaml)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "soruce: {}",
                "source: {urll: x}",
                "source: jdbc",
                "source: {url: 'jdbc:mariadb://db'}",
                "outbox: {columns: {idd: x}}",
                "outbox: {retention: forever}",
                "window: {recordsMax: 0}",
                "window: {recordsMax: many}",
                "kafka: {ssl.endpoint.identification.algorithm: }",
                "window: {bytesMax: 4 MB}",
                "route: {keyRequired: maybe}",
                "route: {headers: {a: [b]}}",
                "drainTimeout: 30",
                "pipelines:",
                "pipelines: {}",
                "pipelines: {Orders: {}}",
                "pipelines: {orders: {soruce: {}}}",
                "pipelines: {orders: {drainTimeout: 5s}}",
                "{pipelines: {orders: {}}, source: {}}",
            })
    void what_the_relay_refuses_does_not(String yaml) {
        assertThat(problemsOf(yaml)).isNotEmpty();
    }

    private static List<String> problemsOf(String yaml) {
        return SCHEMA.validate(yaml, InputFormat.YAML).stream()
                .map(Object::toString)
                .toList();
    }
}
