package io.outboxrelay.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a file of settings says, validated.
 *
 * @param process what concerns the process as a whole
 * @param pipelines at least one, by its name, in the order of the file
 * @param shown each single setting, for people
 */
public record RelaySettings(ProcessSettings process, Map<String, SettingsInUse> pipelines, List<ShownSetting> shown) {

    /** The name of the pipeline in a file that names none. */
    public static final String DEFAULT_NAME = "default";

    public RelaySettings {
        shown = List.copyOf(shown);
        pipelines = Collections.unmodifiableMap(new LinkedHashMap<>(pipelines));
        if (pipelines.isEmpty()) {
            throw new IllegalArgumentException("there is at least one pipeline");
        }
    }
}
