package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.testkit.InstalledProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The completion script, in a real zsh at a terminal of its own. */
class ZshCompletionTest {
    /** Types what its second argument says and the tabulator key, then a key that writes down what stands in the line by now. */
    private static final String PRESS_TAB = """
            zmodload zsh/zpty
            zpty -b shell zsh -f -i
            integer rounds=0
            await() {
                until [[ -e $1 ]] { zpty -r -t shell said; (( ++rounds < 2000 )) || exit 9; sleep 0.01 }
            }
            zpty -w -n shell $'show() { print -r -- "$BUFFER" >shown.new; mv shown.new shown }; zle -N show; bindkey "^X" show\\n'
            zpty -w -n shell "source completion; print ready >ready"$'\\n'
            await ready
            zpty -w -n shell "$1"$'\\t\\x18'
            await shown
            zpty -d shell
            cat shown
            """;

    @TempDir
    Path directory;

    @BeforeAll
    static void find() {
        assumeTrue(InstalledProgram.ZSH.isThere(), InstalledProgram.ZSH::whyNot);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "doct > doctor",
                "init-sql --reten > init-sql --retention",
                "init-sql --retention arc > init-sql --retention archive",
                "completion z > completion zsh",
                "run --config rel > run --config relay.yaml",
            })
    void completes_commands_options_values_and_files(String typed, String completed) throws Exception {
        Files.createFile(directory.resolve("relay.yaml"));
        assertThat(pressTab(typed)).startsWith(completed);
    }

    @Test
    void completes_nothing_to_what_there_is_not() throws Exception {
        assertThat(pressTab("frob")).isEqualTo("frob");
    }

    /** What stands behind the command's name then. */
    private String pressTab(String typed) throws Exception {
        CommandRun script = CommandRun.of("completion", "zsh");
        assertThat(script.status()).isZero();
        Files.writeString(directory.resolve("completion"), script.out());
        Path test = Files.writeString(directory.resolve("press-tab"), PRESS_TAB);
        ProcessBuilder builder = new ProcessBuilder(
                        InstalledProgram.ZSH.path(), "-f", test.toString(), "outbox-relay " + typed)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        // Where it keeps what it found out about completions.
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("TERM", "dumb");
        Process zsh = builder.start();
        String said = new String(zsh.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(zsh.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(zsh.exitValue()).as(said).isZero();
        assertThat(said).startsWith("outbox-relay ");
        return said.substring("outbox-relay ".length());
    }
}
