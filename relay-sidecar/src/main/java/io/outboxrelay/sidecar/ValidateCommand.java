package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.publish.BrokerProbe.Asking;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.BrokerProbe.Reached;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code outbox-relay validate}: whether the relay would start with these settings. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Checks the settings, and with them the database and the brokers. Changes and publishes nothing, and may run"
                        + " beside a relay.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the relay would start",
            "1:the database or the brokers cannot be asked now; a relay would wait for them",
            "70:a bug in the relay",
            "78:the arguments, the settings, or the database or brokers they point at, cannot work; or the position is lost,"
                    + " and one of the statements that are printed is to be run first"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay validate --config relay.yaml",
            "  outbox-relay validate --config relay.yaml --offline     in a build"
        })
final class ValidateCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(names = "--offline", description = "Check the file alone, without a database or a broker.")
    private boolean offline;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        RelaySettings loaded;
        try {
            loaded = settings.load();
        } catch (RelayException e) {
            return refused(List.of(e.failure()));
        }
        out.println("settings  " + settings.file() + " is sound");
        out.flush();
        if (offline) {
            return ExitCodes.STOPPED;
        }
        List<Failure> failures = new ArrayList<>();
        boolean several = loaded.pipelines().size() > 1;
        for (Map.Entry<String, SettingsInUse> pipeline : loaded.pipelines().entrySet()) {
            String name = pipeline.getKey();
            if (several) {
                out.println("pipeline  " + name);
            }
            online(pipeline.getValue().atStart(), out).stream()
                    .map(failure -> several ? failure.about(name) : failure)
                    .forEach(failures::add);
        }
        return failures.isEmpty() ? ExitCodes.STOPPED : refused(failures);
    }

    private static List<Failure> online(PipelineSettings loaded, PrintWriter out) throws InterruptedException {
        List<Failure> failures = new ArrayList<>();
        Semaphore answered = new Semaphore(0);
        try (BrokerProbe probe = BrokerProbe.start(loaded::publisher, answered::release)) {
            SourceInspection.Found found = SourceInspection.inspect(loaded);
            if (found.failure() == null) {
                out.println("database  " + found.shown() + " at "
                        + loaded.source().connection().urlShown() + " is sound");
            } else {
                failures.add(found.failure());
            }
            while (probe.answer() instanceof Asking) {
                answered.acquire();
            }
            if (probe.answer() instanceof Reached reached) {
                out.println("Kafka     " + reached.brokers() + (reached.brokers() == 1 ? " broker" : " brokers")
                        + " of cluster " + reached.clusterId() + " at "
                        + loaded.publisher().bootstrapServers());
            } else {
                failures.add(((Away) probe.answer()).failure());
            }
        }
        out.flush();
        return failures;
    }

    private int refused(List<Failure> failures) {
        List<Problem> problems = failures.stream()
                .flatMap(failure -> failure.problems().stream())
                .toList();
        boolean waits = failures.stream().allMatch(failure -> failure.kind() == FailureKind.TRANSIENT);
        String heading = waits ? "outbox-relay would wait" : "outbox-relay cannot start";
        Refusal.print(heading, problems, spec.commandLine().getErr());
        return waits ? ExitCodes.FAILED : ExitCodes.MISCONFIGURED;
    }
}
