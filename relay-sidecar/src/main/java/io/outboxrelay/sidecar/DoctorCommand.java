package io.outboxrelay.sidecar;

import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.failure.RelayException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code outbox-relay doctor}: what is right and wrong with database and brokers, and what mends it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Looks at the database and the brokers as a relay would, and prints a checklist; what fails comes with the SQL or the"
                        + " command that mends it. Changes and publishes nothing, and may run beside a relay.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:nothing failed; there may be warnings",
            "1:the database or the brokers cannot be asked now",
            "70:a bug in the relay",
            "78:something failed, or the arguments or the settings cannot work"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay doctor --config relay.yaml",
            "  outbox-relay doctor --config relay.yaml --topic outbox.event.order"
        })
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description =
                    "A topic to look at, beside those of the first 1000 rows that wait. May be given several times.")
    private List<String> topics = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        RelaySettings loaded;
        try {
            loaded = settings.load();
        } catch (RelayException e) {
            Refusal.print(
                    "outbox-relay cannot start",
                    e.failure().problems(),
                    spec.commandLine().getErr());
            return ExitCodes.MISCONFIGURED;
        }
        PrintWriter out = spec.commandLine().getOut();
        CheckPrinter printer =
                new CheckPrinter(out, spec.commandLine().getColorScheme().ansi());
        printer.print(Check.ok("settings", settings.file() + " is sound"));
        List<Verdict> verdicts = new ArrayList<>();
        for (Map.Entry<String, SettingsInUse> pipeline : loaded.pipelines().entrySet()) {
            if (loaded.pipelines().size() > 1) {
                out.println("pipeline " + pipeline.getKey());
            }
            new Doctor(pipeline.getValue().atStart(), topics).examine(check -> {
                verdicts.add(check.verdict());
                printer.print(check);
                out.flush();
            });
        }
        printer.end(verdicts);
        out.flush();
        return verdicts.contains(Verdict.FAIL)
                ? ExitCodes.MISCONFIGURED
                : verdicts.contains(Verdict.AWAY) ? ExitCodes.FAILED : ExitCodes.STOPPED;
    }
}
