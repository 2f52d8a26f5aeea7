package io.outboxrelay.sidecar;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.config.FirstLook;
import io.outboxrelay.config.LogFormat;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsLoader;
import io.outboxrelay.config.SourceSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options by which a command is given its settings. */
final class SettingsOptions {

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The settings, a YAML file; `outbox-relay config schema` describes it.")
    private Path config;

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "A setting in place of what the file says. May be given several times.")
    private List<String> overrides = new ArrayList<>();

    /** For picocli to fill. */
    @SuppressWarnings("NullAway.Init")
    SettingsOptions() {}

    /** As they would be filled. */
    SettingsOptions(Path config, List<String> overrides) {
        this.config = config;
        this.overrides = List.copyOf(overrides);
    }

    /** The file, as it was named. */
    Path file() {
        return config;
    }

    /** How the log is to be written, which has to be known before anything is logged, and whatever else is wrong with the file. */
    LogFormat logFormat() {
        return FirstLook.at(config, overrides, System::getenv).logFormat();
    }

    /**
     * The settings.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED, with all problems
     */
    RelaySettings load() {
        RelaySettings settings = new SettingsLoader(System::getenv).load(config, overrides);
        List<WindowSettings> windows = settings.pipelines().values().stream()
                .map(pipeline -> pipeline.atStart().window())
                .toList();
        long heapBytesMax = Runtime.getRuntime().maxMemory();
        HeapCheck.requireRoomFor(windows, heapBytesMax);
        if (settings.pipelines().values().stream()
                .anyMatch(pipeline -> pipeline.atStart().source() instanceof SourceSettings.Debezium)) {
            HeapCheck.requireRoomForLog(heapBytesMax);
        }
        return settings;
    }
}
