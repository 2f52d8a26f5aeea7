package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples are settings that work: as they are, and with what is commented out in them put in. */
class ExamplesTest {
    private static final Path EXAMPLES =
            Path.of(System.getProperty("outboxrelay.root")).resolve("config/examples");
    private static final SettingsLoader LOADER = new SettingsLoader(Map.of("OUTBOX_RELAY_DB_PASSWORD", "s3cret")::get);

    @TempDir
    Path directory;

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.toList();
        }
    }

    /** As it is, but for the place of the files with passwords. */
    @ParameterizedTest
    @MethodSource("examples")
    void an_example_can_be_used_as_it_is(Path example) throws IOException {
        for (String file : List.of("database-password", "broker-password")) {
            Files.writeString(directory.resolve(file), "s3cret\n");
        }
        String text = Files.readString(example).replace("/run/secrets/", directory + "/");
        RelaySettings settings = LOADER.load(Files.writeString(directory.resolve("used.yaml"), text), List.of());
        assertThat(settings.pipelines()).isNotEmpty().allSatisfy((name, pipeline) -> {
            assertThat(pipeline.source().connection().password()).isEqualTo("s3cret");
            assertThat(String.valueOf(pipeline.publisher().producerConfig().get("sasl.jaas.config")))
                    .matches("null|.* password=\"s3cret\";");
        });
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_begins_with_what_it_is_for(Path example) throws IOException {
        assertThat(Files.readAllLines(example).get(0)).startsWith("# ").hasSizeGreaterThan(40);
    }

    @Test
    void what_is_commented_out_is_what_counts_anyway() throws IOException {
        Path example = EXAMPLES.resolve("relay.yaml");
        String text = Files.readString(example);
        String whole = text.replaceAll("(?m)^(\\s*)#([a-zA-Z]+:.*)$", "$1$2");
        assertThat(text.lines().filter(line -> line.matches("\\s*#[a-zA-Z]+:.*")))
                .hasSizeGreaterThan(8);
        Path uncommented = Files.writeString(directory.resolve("relay.yaml"), whole);
        RelaySettings inFull = LOADER.load(uncommented, List.of());
        RelaySettings inShort = LOADER.load(example, List.of());
        assertThat(inFull.process()).isEqualTo(inShort.process());
        assertThat(inFull.pipelines()).hasToString(inShort.pipelines().toString());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_begins_by_saying_what_it_is_for(Path example) throws IOException {
        assertThat(Files.readAllLines(example).get(0)).startsWith("# For ");
    }
}
