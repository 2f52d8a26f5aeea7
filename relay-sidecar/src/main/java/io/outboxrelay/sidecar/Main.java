package io.outboxrelay.sidecar;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code outbox-relay}. It ends with the statuses of {@link ExitCodes}. */
@Command(
        name = "outbox-relay",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            RunCommand.class,
            ValidateCommand.class,
            DoctorCommand.class,
            DryRunCommand.class,
            InitSqlCommand.class,
            HealthCommand.class,
            ConfigCommand.class,
            RehearseCommand.class
        },
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = "Publishes the rows of a transactional outbox table to Kafka, at least once, in order per key.",
        footer = {"", "To begin: outbox-relay run --config relay.yaml"})
public final class Main implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public static void main(String[] args) {
        int status = commandLine().execute(args);
        System.out.flush();
        System.err.flush();
        // Not exit: everything is in order or beyond help by now, and no thread of a client may delay the end.
        Runtime.getRuntime().halt(status);
    }

    /** The command line as it is parsed: an argument is taken as it stands, also one that begins with an at sign. */
    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExpandAtFiles(false);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "What to do is missing: " + String.join(", ", spec.subcommands().keySet()));
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"outbox-relay " + number()};
        }

        static String number() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(not packaged)" : version;
        }
    }
}
