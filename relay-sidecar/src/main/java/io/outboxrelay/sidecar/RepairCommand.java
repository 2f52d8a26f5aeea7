package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay repair}: begins a log that is lost anew, and publishes what stands in the table. */
@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "For an outbox that is read from the log, after POSITION_LOST, or to begin after polling: makes a new place in the log,"
                        + " publishes every row that stands in the table as of that place, in order, and notes the place for the relay to go on from. Prints"
                        + " its plan; does nothing without --yes. Stop the relay first. If it ends in the middle, no relay reads until it is run again.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:repaired, or there is nothing to repair",
            "1:there is something to repair and --yes was not given; or it cannot be done now, or ended in the middle: run it again",
            "70:a bug in the relay",
            "78:it cannot be done as things are set up, or the arguments or the settings cannot work"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay repair --config relay.yaml --admin postgres",
            "  outbox-relay repair --config relay.yaml --admin postgres --yes"
        })
final class RepairCommand implements Callable<Integer> {

    private static final Duration SILENCE_MAX = Duration.ofMinutes(10);
    private static final List<String> ORDERS = List.of("automatic", "commit-timestamp", "number", "none");

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(names = "--yes", description = "Do what the plan says.")
    private boolean yes;

    @Option(
            names = "--admin",
            paramLabel = "ROLE",
            description =
                    "As whom the table is read (MySQL: and locked for a moment), and the publication made where there is none: its owner or a"
                            + " superuser. Without it, as the relay's role, which needs SELECT on the table then (MySQL: and LOCK"
                            + " TABLES).")
    private @Nullable String admin;

    @Option(
            names = "--admin-password-file",
            paramLabel = "FILE",
            description = "Where that role's password stands, if it needs one.")
    private @Nullable Path adminPassword;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private PipelineOption pipeline;

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            defaultValue = "automatic",
            description =
                    "The order of the rows: commit-timestamp (PostgreSQL), number, none (any: gives up the order of each key), or"
                            + " automatic: by commit timestamp where the server notes them, else by number.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String order;

    @Option(
            names = "--order-by",
            paramLabel = "COLUMN",
            description =
                    "The column that rises with the rows; if not given, the one that the database numbers rows by.")
    private @Nullable String orderBy;

    @Option(
            names = {"--drop-slot", "--begin-anew"},
            description =
                    "Give up a slot, or on MySQL a place in the log, that has everything, to publish what stands in the table all the same:"
                            + " what was in it before the slot was made, say, or behind something in the log that cannot be read."
                            + " What was inserted and deleted again, unpublished, is lost by that.")
    private boolean dropSlot;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (adminPassword != null && admin == null) {
            throw new ParameterException(spec.commandLine(), "--admin-password-file takes --admin ROLE");
        }
        if (!ORDERS.contains(order)) {
            throw new ParameterException(
                    spec.commandLine(), "--order is " + String.join(", ", ORDERS) + ", not '" + order + "'");
        }
        try {
            RelaySettings loaded = settings.load();
            return repaired(pipeline.chosen(loaded, spec));
        } catch (RelayException e) {
            return refused(e.failure());
        }
    }

    private int repaired(SettingsInUse inUse) throws InterruptedException {
        PipelineSettings pipelineSettings = inUse.atStart();
        if (pipelineSettings.source() instanceof SourceSettings.Polling) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "with source.type = polling there is nothing to repair: a row that stands is not published yet",
                    "start the relay");
        }
        RepairOptions options = new RepairOptions(admin(pipelineSettings), order, orderBy, dropSlot);
        return RepairRun.of(inUse, options, spec.commandLine().getOut()).run(yes);
    }

    private @Nullable ConnectionSettings admin(PipelineSettings of) {
        return admin == null ? null : AdminLogin.of(of.source().connection(), admin, adminPassword, SILENCE_MAX, spec);
    }

    private int refused(Failure failure) {
        boolean waits = failure.kind() == FailureKind.TRANSIENT || failure.kind() == FailureKind.FENCED;
        Refusal.print(
                waits ? "outbox-relay cannot repair now" : "outbox-relay cannot repair",
                failure.problems(),
                spec.commandLine().getErr());
        return waits || failure.kind() == FailureKind.POISON || failure.kind() == FailureKind.POSITION_LOST
                ? ExitCodes.FAILED
                : failure.kind() == FailureKind.BUG ? ExitCodes.BUG : ExitCodes.MISCONFIGURED;
    }
}
