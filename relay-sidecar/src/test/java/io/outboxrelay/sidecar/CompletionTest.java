package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The completion script, in a real bash. */
class CompletionTest {
    /** Calls what the script has registered for the command as bash does when the tabulator key is pressed behind its arguments. */
    private static final String PRESS_TAB = """
            source "$1"; shift
            registered=$(complete -p outbox-relay) || exit 9
            [[ $registered =~ -F\\ ([^ ]+) ]] || exit 9
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
            "${BASH_REMATCH[1]}" outbox-relay "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "d > doctor dry-run dead-letters",
                "dead-letters r > replay",
                "init > init-sql",
                "dry-run --s > --set --show-payload",
                "doctor --to > --topic",
                "init-sql --retention '' > delete archive keep",
                "config s > schema",
                "completion z > zsh",
                "run --config rel > relay.yaml",
            })
    void bash_completes_commands_options_values_and_files(String words, String completions) throws Exception {
        Files.createFile(directory.resolve("relay.yaml"));
        assertThat(pressTab(words)).containsAll(List.of(completions.split(" ", -1)));
    }

    @Test
    void nothing_is_completed_to_what_there_is_not() throws Exception {
        assertThat(pressTab("frob").stream().filter(line -> !line.isEmpty())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"completion", "completion fish"})
    void other_shells_are_refused(String arguments) {
        assertThat(CommandRun.of(arguments.split(" ", -1)).status()).isEqualTo(ExitCodes.MISCONFIGURED);
    }

    private List<String> pressTab(String words) throws Exception {
        CommandRun script = CommandRun.of("completion", "bash");
        assertThat(script.status()).isZero();
        Path file = Files.writeString(directory.resolve("completion"), script.out());
        Path test = Files.writeString(directory.resolve("press-tab"), PRESS_TAB);
        List<String> command =
                new ArrayList<>(List.of("bash", "--norc", test.toString(), file.toString(), "outbox-relay"));
        for (String word : words.split(" ", -1)) {
            command.add(word.equals("''") ? "" : word);
        }
        Process bash = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), UTF_8);
        assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(said).isZero();
        return said.lines().toList();
    }
}
