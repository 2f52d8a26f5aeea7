package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.publish.SideClients;
import io.outboxrelay.sidecar.letters.LetterFilter;
import io.outboxrelay.sidecar.letters.Letters;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** What commands about dead letters have in common: which pipeline's, which of them, and how what fails is told. */
final class LetterShelf {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private PipelineOption pipeline;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private LetterOptions which;

    /**
     * What is meant, by the settings.
     *
     * @param clients by which the brokers were reached
     * @param topic of the letters
     */
    record Meant(PipelineSettings pipeline, SideClients clients, String topic, LetterFilter filter) {

        Letters letters() {
            return new Letters(clients, topic, filter, ANSWER_MAX);
        }
    }

    /**
     * Reaches the brokers.
     *
     * @throws io.outboxrelay.failure.RelayException where the settings are wrong, or no broker can be reached
     */
    Meant meant(CommandSpec spec) {
        SettingsInUse inUse = pipeline.chosen(settings.load(), spec);
        PipelineSettings chosen = inUse.atStart();
        LetterFilter filter = which.filter(chosen, spec);
        SideClients clients = SideClients.reaching(inUse.publisher(), "dead-letters", ANSWER_MAX);
        return new Meant(chosen, clients, which.topic(chosen), filter);
    }

    /** Says why it cannot be done; the exit status. */
    static int refused(Failure failure, CommandSpec spec) {
        boolean wrong = failure.kind() == FailureKind.MISCONFIGURED;
        Refusal.print(
                wrong ? "outbox-relay dead-letters cannot work" : "outbox-relay dead-letters got no further",
                failure.problems().stream()
                        .map(problem -> new Problem(ShownBytes.escaped(problem.what()), problem.remedy()))
                        .toList(),
                spec.commandLine().getErr());
        return wrong ? ExitCodes.MISCONFIGURED : ExitCodes.FAILED;
    }
}
