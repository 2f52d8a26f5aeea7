package io.outboxrelay.sidecar;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** All of the command line, as picocli knows it. */
@Command(
        name = "outbox-relay",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.VersionShown.class,
        subcommands = {
            RunCommand.class,
            ValidateCommand.class,
            DoctorCommand.class,
            DryRunCommand.class,
            DeadLettersCommand.class,
            InitSqlCommand.class,
            RepairCommand.class,
            HealthCommand.class,
            ConfigCommand.class,
            CompletionCommand.class,
            RehearseCommand.class
        },
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = "Publishes the rows of a transactional outbox table to Kafka, at least once, in order per key.",
        exitCodeListHeading = "%nExit status, of every command:%n",
        exitCodeList = {
            "0:done",
            "1:not done now, and no fault of the settings: something is away, was refused, or is not as it should be",
            "3:the JVM ran out of memory",
            "70:a bug in the relay",
            "78:the arguments, the settings, or what they point at, cannot work"
        },
        footerHeading = "%nTo begin:%n",
        footer = {
            "  outbox-relay init-sql --writer shop     SQL for an outbox and its roles",
            "  outbox-relay doctor --config relay.yaml",
            "  outbox-relay run --config relay.yaml",
            "",
            "outbox-relay COMMAND --help tells more."
        })
final class RootCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** The command line as it is parsed: an argument is taken as it stands, also one that begins with an at sign. */
    static CommandLine line() {
        CommandLine command = new CommandLine(new RootCommand()).setExpandAtFiles(false);
        tellVersion(command);
        return command;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do is missing: " + String.join(", ", shown()));
    }

    private List<String> shown() {
        return spec.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.usageMessage().hidden())
                .map(CommandSpec::name)
                .toList();
    }

    /** Every command knows the option, so every one has an answer. */
    private static void tellVersion(CommandLine command) {
        for (CommandLine below : command.getSubcommands().values()) {
            below.getCommandSpec().versionProvider(new VersionShown());
            tellVersion(below);
        }
    }

    static final class VersionShown implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"outbox-relay " + Version.number()};
        }
    }
}
