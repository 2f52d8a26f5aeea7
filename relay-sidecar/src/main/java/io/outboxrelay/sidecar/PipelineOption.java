package io.outboxrelay.sidecar;

import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option of commands that are about one pipeline. */
final class PipelineOption {

    @Option(
            names = "--pipeline",
            paramLabel = "NAME",
            description = "Which pipeline is meant, where the file has several.")
    private @Nullable String pipeline;

    /**
     * The pipeline that was meant.
     *
     * @throws ParameterException where there is none of this name, or several and none was named
     */
    SettingsInUse chosen(RelaySettings loaded, CommandSpec spec) {
        Map<String, SettingsInUse> pipelines = loaded.pipelines();
        if (pipeline == null && pipelines.size() > 1) {
            throw new ParameterException(
                    spec.commandLine(), "give --pipeline, one of " + String.join(", ", pipelines.keySet()));
        }
        return pipelines.entrySet().stream()
                .filter(entry -> pipeline == null || entry.getKey().equals(pipeline))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no pipeline " + pipeline + ", only " + String.join(", ", pipelines.keySet())));
    }
}
