package io.outboxrelay.sidecar;

import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.ShownSetting;
import io.outboxrelay.failure.RelayException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code outbox-relay config show}: what counts, and where it comes from. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = {
            "Prints every setting as it counts, and where it comes from: a place in the file, --set, a default, and the variable or file"
                    + " that was filled in. Secrets are masked. Connects to nothing.",
            "Of Kafka's settings, those that are given and those that the relay sets."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the settings can be used",
            "70:a bug in the relay",
            "78:they cannot be used, or the arguments are wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay config show --config relay.yaml",
            "  outbox-relay config show --config relay.yaml --set window.recordsMax=500"
        })
final class ConfigShowCommand implements Callable<Integer> {

    /** What YAML takes as it stands. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/$](?:[^:#'\"\\p{Cntrl}]|:(?! |$)|(?<! )#)*");

    private static final Pattern UNPRINTABLE = Pattern.compile("\\p{Cntrl}");

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions options;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        RelaySettings settings;
        try {
            settings = options.load();
        } catch (RelayException e) {
            Refusal.print(e.failure(), spec.commandLine().getErr());
            return ExitCodes.MISCONFIGURED;
        }
        PrintWriter out = spec.commandLine().getOut();
        for (ShownSetting setting : settings.shown()) {
            // What has no value is a comment: the rest is a file of settings, but for the masks.
            String written = setting.value().isEmpty()
                    ? "#" + setting.path() + ":"
                    : setting.path() + ": " + yaml(setting.value());
            out.println(written + "  # " + setting.origin());
        }
        out.flush();
        return ExitCodes.STOPPED;
    }

    private static String yaml(String value) {
        String onOneLine = UNPRINTABLE.matcher(value).replaceAll(" ");
        return PLAIN.matcher(onOneLine).matches() ? onOneLine : "'" + onOneLine.replace("'", "''") + "'";
    }
}
