package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.sidecar.letters.LetterFilter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which dead letters are meant. Together they mean those that are all of it. */
final class LetterOptions {

    @Option(names = "--id", paramLabel = "ID", description = "Of this event. May be given several times.")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--key", paramLabel = "KEY", description = "With this key.")
    private @Nullable String key;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "Of events of this type; takes outbox.columns.type in the settings, by which letters bear it.")
    private @Nullable String type;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "For this reason: null-key, unroutable, too-large or refused.")
    private @Nullable String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "That failed at this time or later, such as 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "That stand in this topic, if not in failures.deadLetterTopic: in an earlier one, say.")
    private @Nullable String topic;

    @Option(names = "--until", paramLabel = "TIME", description = "That failed before this time.")
    private @Nullable String until;

    /**
     * What they say.
     *
     * @throws ParameterException where that cannot be
     */
    LetterFilter filter(PipelineSettings pipeline, CommandSpec spec) {
        List<String> reasons =
                Arrays.stream(PoisonReason.values()).map(PoisonReason::label).toList();
        if (reason != null && !reasons.contains(reason)) {
            throw new ParameterException(
                    spec.commandLine(), "--reason is " + String.join(", ", reasons) + ", not '" + reason + "'");
        }
        if (type != null && pipeline.route().type() == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--type takes outbox.columns.type in the settings; letters that were written without it bear no type");
        }
        LetterFilter.Times times = since == null && until == null
                ? null
                : new LetterFilter.Times(time("--since", since, spec), time("--until", until, spec));
        return new LetterFilter(new HashSet<>(ids), key, type, reason, times);
    }

    /** Where they stand. */
    String topic(PipelineSettings pipeline) {
        return topic == null ? pipeline.poison().topic() : topic;
    }

    private static @Nullable Instant time(String option, @Nullable String text, CommandSpec spec) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(), option + " is a time such as 2026-01-31T12:00:00Z, not '" + text + "'");
        }
    }
}
