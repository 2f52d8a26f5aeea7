package io.outboxrelay.config;

import java.util.List;
import java.util.Map;

/**
 * What a file says, flat.
 *
 * @param settings in its order
 * @param hasPipelines whether it describes pipelines by name, or was meant to
 * @param pipelines where the description of each begins, by its name, in the file's order
 */
record WrittenSettings(List<Given> settings, boolean hasPipelines, Map<String, String> pipelines) {}
