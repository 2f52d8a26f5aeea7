package io.outboxrelay.sidecar;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code outbox-relay completion}: a script by which a shell completes this command. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = "Prints a script by which the shell completes commands, options and their values.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:printed", "70:a bug in the relay", "78:no such shell"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(outbox-relay completion bash)        in this shell",
            "  outbox-relay completion bash > /etc/bash_completion.d/outbox-relay",
            "  outbox-relay completion zsh >> ~/.zshrc"
        })
final class CompletionCommand implements Runnable {

    /** Shells by their names on the command line. */
    enum Shell {
        bash,
        zsh
    }

    /** One script serves both: under zsh it loads zsh's own emulation of bash's completion. */
    @Parameters(paramLabel = "bash|zsh", description = "The shell.")
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // set by picocli, to be refused where it is another
    private Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        spec.commandLine().getOut().flush();
    }
}
