package io.outboxrelay.sidecar;

import io.outboxrelay.config.SettingsSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay config}: about the settings file, without a database or a broker. */
@Command(
        name = "config",
        subcommands = ConfigShowCommand.class,
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = "Tells about the settings file.")
final class ConfigCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to tell is missing: schema or show");
    }

    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            description =
                    "Prints the JSON Schema of the settings file, for editors and for checks before a deployment.")
    void schema() {
        spec.commandLine().getOut().print(SettingsSchema.text());
        spec.commandLine().getOut().flush();
    }
}
