package io.outboxrelay.sidecar;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code outbox-relay run}: relays until it is told to stop. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = "Relays until it is told to stop, by SIGTERM or Ctrl-C. A second signal ends it at once.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:stopped, nothing left on its way",
            "1:it had failed before it ended, or stopped with something still on its way",
            "70:a bug in the relay",
            "78:the arguments, the settings, or the database or the brokers they point at, cannot work"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay run --config relay.yaml",
            "  outbox-relay run --config relay.yaml --set kafka.bootstrap.servers=broker:9092"
        })
final class RunCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(
            names = "--exit-on-failure",
            description = "End when an operator is needed (status 1, or 78 where it cannot work as it is set up),"
                    + " instead of staying up until told to stop.")
    private boolean exitOnFailure;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return new RelayStart(settings, exitOnFailure, spec.commandLine().getErr()).untilStopped();
    }
}
