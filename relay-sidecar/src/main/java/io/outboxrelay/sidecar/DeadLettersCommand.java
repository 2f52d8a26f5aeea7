package io.outboxrelay.sidecar;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay dead-letters}: about events that could never be published, and stand in a topic of their own. */
@Command(
        name = "dead-letters",
        subcommands = {ListLettersCommand.class, ReplayLettersCommand.class},
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = "Lists the dead letters in failures.deadLetterTopic, and publishes their events anew.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = "78:no subcommand was given; each has its own",
        footerHeading = "%nExamples:%n",
        footer = "  outbox-relay dead-letters list --config relay.yaml")
final class DeadLettersCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What to do is missing: list or replay");
    }
}
