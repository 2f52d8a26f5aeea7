package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParseResult;

/** What is understood without picocli, against picocli. */
class PlainArgumentsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--config FILE",
                "--config=FILE",
                "--config FILE --set drainTimeout=soon",
                "--set drainTimeout=soon --exit-on-failure --config=FILE --set=route.topic=a=${b",
                "--set no.such=1 --set no.such=2 --config FILE",
                "--exit-on-failure --config FILE --set x"
            })
    void a_start_is_the_one_that_picocli_would_begin(String options, @TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("relay.yaml"), "outbox.tabel: outbox\n");
        String[] arguments = ("run " + options.replace("FILE", file.toString())).split(" ");
        StringWriter err = new StringWriter();

        RelayStart start =
                PlainArguments.run(behind(arguments), new PrintWriter(err)).orElseThrow();

        CommandRun parsed = CommandRun.of(arguments);
        assertThat(start.untilStopped()).isEqualTo(parsed.status()).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err).hasToString(parsed.err());
        assertThat(err.toString()).contains("outbox.tabel");
        ParseResult found = RootCommand.line().parseArgs(arguments).subcommand();
        assertThat(start.exitOnFailure()).isEqualTo(found.hasMatchedOption("--exit-on-failure"));
        assertThat(start.settings().file()).isEqualTo(found.matchedOptionValue("--config", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "run --config",
                "run --config=",
                "run --config --set",
                "run --config a --config b",
                "run --config a b",
                "run --conf a",
                "run --config a --exit-on-failure --exit-on-failure",
                "run --config a --exit-on-failure=perhaps",
                "run --config a --exit-on-failure=false",
                "run --config a --set",
                "run --config a --help",
                "run --help",
                "health dead",
                "health live ready",
                "health --url http://127.0.0.1:8080",
                "health --config relay.yaml",
                "health --help",
                "validate --config a",
                "--version"
            })
    void what_is_wrong_or_of_another_form_is_left_to_picocli(String arguments) {
        assertThat(PlainArguments.understood(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEmpty();
    }

    @Test
    void a_health_check_is_understood() {
        for (String arguments : List.of("health", "health live", "health ready", "health started")) {
            assertThat(PlainArguments.understood(arguments.split(" "))).isPresent();
        }
    }

    private static List<String> behind(String... arguments) {
        return Arrays.asList(arguments).subList(1, arguments.length);
    }
}
