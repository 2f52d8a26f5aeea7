package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.MySqlAddress;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.slot.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay doctor}: what is right and wrong with database and brokers, and what mends it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Looks at the database and the brokers as a relay would, and prints a checklist; what fails comes with the SQL or the"
                        + " command that mends it. Publishes nothing, changes nothing without --fix, and may run beside a relay.",
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
            "  outbox-relay doctor --config relay.yaml --topic outbox.event.order",
            "  outbox-relay doctor --config relay.yaml --fix --admin postgres"
        })
final class DoctorCommand implements Callable<Integer> {

    private static final Duration FIX_WITHIN = Duration.ofMinutes(10);

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description =
                    "A topic to look at, beside those of the first 1000 rows that wait. May be given several times.")
    private List<String> topics = new ArrayList<>();

    @Option(
            names = "--fix",
            description =
                    "Of an outbox that is read from the log: print and run the SQL that makes what is missing in the database, then look"
                            + " again. Never changes or drops what is there, and never gives up a position or a slot.")
    private boolean fix;

    @Option(
            names = "--admin",
            paramLabel = "ROLE",
            description = "As whom --fix runs it: the table's owner, with REPLICATION, or a superuser.")
    private @Nullable String admin;

    @Option(
            names = "--admin-password-file",
            paramLabel = "FILE",
            description = "Where that role's password stands, if it needs one.")
    private @Nullable Path adminPassword;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (fix == (admin == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--fix takes --admin ROLE, and --admin is for --fix alone");
        }
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
            verdicts.addAll(examined(pipeline.getValue().atStart(), printer, out));
        }
        printer.end(verdicts);
        out.flush();
        return verdicts.contains(Verdict.FAIL)
                ? ExitCodes.MISCONFIGURED
                : verdicts.contains(Verdict.AWAY) ? ExitCodes.FAILED : ExitCodes.STOPPED;
    }

    private List<Verdict> examined(PipelineSettings pipeline, CheckPrinter printer, PrintWriter out)
            throws InterruptedException {
        List<Verdict> verdicts = new ArrayList<>();
        Consumer<Check> sink = check -> {
            verdicts.add(check.verdict());
            printer.print(check);
            out.flush();
        };
        List<Finding> findings = new Doctor(pipeline, topics).examine(sink);
        boolean mySql = MySqlAddress.isIn(pipeline.source().connection().url());
        if (fix && (mySql || pipeline.source() instanceof SourceSettings.Polling)) {
            sink.accept(Check.skipped(
                    "fix",
                    (mySql ? "on MySQL" : "with source.type = polling")
                            + " the SQL that is printed is for people to run"));
        } else if (fix && !findings.isEmpty()) {
            try {
                ConnectionSettings owner = AdminLogin.of(
                        pipeline.source().connection(), Objects.requireNonNull(admin), adminPassword, FIX_WITHIN, spec);
                if (new DoctorFix(owner, out).run(findings)) {
                    verdicts.clear();
                    out.println("looking again");
                    new Doctor(pipeline, topics).examine(sink);
                }
            } catch (RelayException e) {
                sink.accept(Check.fail("fix", e.failure().problems()));
            }
        }
        return verdicts;
    }
}
