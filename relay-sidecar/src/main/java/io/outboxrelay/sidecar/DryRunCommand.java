package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay dry-run}: what a relay would publish. */
@Command(
        name = "dry-run",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Prints the messages that would be published, in the relay's order: topic, key, size of the payload, headers."
                        + " Publishes and deletes nothing, asks no broker, and may run beside a relay.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:printed; each could be published as far as the database tells",
            "1:a row can never be published, at which a relay would halt; or the database cannot be asked now",
            "70:a bug in the relay",
            "78:the arguments, the settings, or the database they point at, cannot work"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay dry-run --config relay.yaml --limit 20",
            "  outbox-relay dry-run --config relay.yaml --json --limit 1000000 | wc -l"
        })
final class DryRunCommand implements Callable<Integer> {

    /** By commit timestamp it lists so many rows in advance. */
    private static final int LIMIT_MAX = 1_000_000;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "After how many rows to stop, at most 1000000; ${DEFAULT-VALUE} if not given.")
    private int limit;

    @Option(
            names = "--show-payload",
            description =
                    "Print the payload too, the first 2048 bytes of it. It may hold what is nobody else's business.")
    private boolean showPayload;

    @Option(names = "--json", description = "One JSON object a line, for programs.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new ParameterException(spec.commandLine(), "--limit is 1 to " + LIMIT_MAX + ", not " + limit);
        }
        RelaySettings loaded;
        try {
            loaded = settings.load();
        } catch (RelayException e) {
            return refused(e.failure());
        }
        PrintWriter out = spec.commandLine().getOut();
        int worst = ExitCodes.STOPPED;
        for (Map.Entry<String, SettingsInUse> pipeline : loaded.pipelines().entrySet()) {
            String name = pipeline.getKey();
            if (!json && loaded.pipelines().size() > 1) {
                out.println("pipeline " + name);
            }
            MessagePrinter printer =
                    json ? new JsonMessages(out, name, showPayload) : new TextMessages(out, showPayload);
            Function<Failure, Failure> told =
                    loaded.pipelines().size() > 1 ? failure -> failure.about(name) : failure -> failure;
            worst = Math.max(worst, printed(name, pipeline.getValue().atStart(), printer, told));
            out.flush();
        }
        return worst;
    }

    /** @param told what is wrong with the pipeline, as it is said of it */
    private int printed(
            String name, PipelineSettings pipeline, MessagePrinter printer, Function<Failure, Failure> told) {
        DryRun run = new DryRun(name, pipeline, printer);
        String table = pipeline.source().outbox();
        try {
            boolean more = WaitingRows.read(pipeline, limit, run::take);
            printer.end(table, run.tally(), more);
            return run.tally().unpublishable() == 0 ? ExitCodes.STOPPED : ExitCodes.FAILED;
        } catch (RelayException e) {
            Failure failure = e.failure();
            if (failure.kind() != FailureKind.POISON) {
                return refused(told.apply(failure));
            }
            printer.unpublishable("", failure);
            printer.end(table, run.tally().oneMoreUnpublishable(), true);
            return ExitCodes.FAILED;
        }
    }

    private int refused(Failure failure) {
        boolean waits = failure.kind() == FailureKind.TRANSIENT;
        Refusal.print(
                waits ? "outbox-relay would wait" : "outbox-relay cannot start",
                failure.problems(),
                spec.commandLine().getErr());
        return waits ? ExitCodes.FAILED : ExitCodes.MISCONFIGURED;
    }
}
