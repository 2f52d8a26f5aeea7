package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Keeps docs/commands.md what the commands say of themselves. {@code -Doutboxrelay.golden=write} writes it. */
class CommandsPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("outboxrelay.root")).resolve("docs/commands.md");

    private static final String HEAD = """
            # Commands
            <!-- Written by CommandsPageTest, which keeps it so: run it with -Doutboxrelay.golden=write after changing a command. -->

            What each command says with `--help`. Output is coloured on a terminal only, and never where `NO_COLOR` is set. The shell
            completes commands and options after `source <(outbox-relay completion bash)`.
            """;

    @Test
    void the_page_of_the_commands_is_what_their_help_says() throws Exception {
        StringBuilder page = new StringBuilder(HEAD);
        for (String command : commands("", RootCommand.line())) {
            List<String> words = new ArrayList<>(List.of(command.strip().split(" ", -1)));
            words.removeIf(String::isEmpty);
            words.add("--help");
            CommandRun help = CommandRun.of(words.toArray(String[]::new));
            assertThat(help.status()).isZero();
            assertThat(help.err()).isEmpty();
            page.append("\n## outbox-relay")
                    .append(command)
                    .append("\n```text\n")
                    .append(help.out().stripTrailing())
                    .append("\n```\n");
        }
        String text = page.toString().replaceAll("(?m) +$", "");
        if ("write".equals(System.getProperty("outboxrelay.golden"))) {
            Files.writeString(PAGE, text);
        }
        assertThat(text).as("docs/commands.md").isEqualTo(Files.readString(PAGE));
    }

    @Test
    void every_command_tells_its_exit_statuses_and_those_that_act_have_examples() {
        for (String command : commands("", RootCommand.line())) {
            if (!command.startsWith(" config")) {
                String help = CommandRun.of((command + " --help").strip().split(" ", -1))
                        .out();
                assertThat(help).as(command).containsPattern("Exit status").containsPattern("Examples:|To begin:");
            }
        }
    }

    @Test
    void every_command_tells_the_version() {
        for (String command : commands("", RootCommand.line())) {
            assertThat(CommandRun.of((command + " --version").strip().split(" ", -1))
                            .out())
                    .as(command)
                    .startsWith("outbox-relay ");
        }
    }

    /** Each that is shown, with a blank before it; the first is that of the command itself, which is empty. */
    private static List<String> commands(String name, CommandLine command) {
        List<String> names = new ArrayList<>(List.of(name));
        command.getSubcommands().forEach((below, line) -> {
            if (!line.getCommandSpec().usageMessage().hidden()) {
                names.addAll(commands(name + " " + below, line));
            }
        });
        return names;
    }
}
