package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.config.SettingsSchema;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "start",
                "run",
                "run --config",
                "run --conf file",
                "run --config a b",
                "run --config a --exit-on-failure=perhaps",
                "health dead",
                "health live ready",
                "health --url https://127.0.0.1:8080",
                "health --url 127.0.0.1:8080",
                "health --url http://127.0.0.1:1 --config relay.yaml",
                "--frobnicate"
            })
    void wrong_arguments_end_with_78_and_show_how_to_do_it(String arguments) {
        assertThat(execute(arguments)).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString()).contains("Usage: outbox-relay");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--version",
                "run --help",
                "validate --help",
                "health --help",
                "config --help",
                "config schema --help"
            })
    void help_and_version_end_with_0(String arguments) {
        assertThat(execute(arguments)).isZero();
        assertThat(out.toString()).contains("outbox-relay");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void the_schema_of_the_settings_is_printed() {
        assertThat(execute("config schema")).isZero();
        assertThat(out.toString())
                .isEqualTo(SettingsSchema.text())
                .startsWith("{")
                .endsWith("}\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void settings_that_cannot_work_end_with_78_and_the_list_of_problems_on_stderr(@TempDir Path directory)
            throws Exception {
        Path file = directory.resolve("relay.yaml");
        Files.writeString(
                file, "source: {type: polling}\nsource.url: jdbc:postgresql://db/shop\noutbox:\n  tabel: outbox\n");
        int status = execute("run --config " + file + " --set kafka.bootstrap.servers=a:1 --set route.topic=a=${b");
        assertThat(status).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        "outbox-relay cannot start: 2 problems",
                        "  * " + file + ":4:3 outbox.tabel: there is no such setting (did you mean outbox.table?)",
                        "    -> correct it",
                        "  * --set route.topic: no closing } for the ${ at character 3 of 'a=${b'",
                        "    -> write it as outbox.event.${aggregatetype}");
    }

    @Test
    void the_file_alone_is_validated_without_a_database_or_a_broker(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("relay.yaml"),
                "source.url: jdbc:postgresql://nowhere.invalid/shop\noutbox.table: outbox\nkafka.bootstrap.servers: nowhere.invalid:1");
        assertThat(execute("validate --offline --config " + file)).isZero();
        assertThat(out).hasToString("settings  " + file + " is sound\n");
        assertThat(execute("validate --offline --config " + file + " --set drainTimeout=soon"))
                .isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString()).contains("--set drainTimeout: 'soon' is not possible");
    }

    @Test
    void an_argument_that_begins_with_an_at_sign_is_no_file_of_arguments(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("arguments"), "--help");
        assertThat(execute("run --config @" + file)).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString()).contains("@" + file + ": there is no such file");
    }

    private int execute(String arguments) {
        CommandLine command = RootCommand.line();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    }
}
