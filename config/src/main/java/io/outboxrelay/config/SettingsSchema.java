package io.outboxrelay.config;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.config.Setting.Optionally;
import io.outboxrelay.config.Setting.Otherwise;
import io.outboxrelay.config.Setting.Required;
import io.outboxrelay.config.Setting.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * Writes the JSON Schema of the settings file in its nested form, by which editors complete and check it, from the settings'
 * descriptions. It says what is wrong for certain; the relay itself says more. Settings that are missing are no error in it: {@code --set} may bring them.
 */
public final class SettingsSchema {

    private static final String REFERENCE = "#/$defs/reference";
    private static final String PIPELINE = "#/$defs/pipeline";

    private SettingsSchema() {}

    /** The schema, as JSON with a line break at its end. */
    public static String text() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Settings of Outbox Relay");
        Map<String, Object> pipeline = of(Scope.PIPELINE);
        KnownSettings.FAMILIES.forEach(family -> open(pipeline, family));
        Map<String, Object> root = of(Scope.PROCESS);
        Map<String, Object> onlyWithoutNames = new LinkedHashMap<>();
        for (String name : properties(pipeline).keySet()) {
            properties(root).put(name, Map.of("$ref", PIPELINE + "/properties/" + name));
            onlyWithoutNames.put(name, false);
        }
        properties(root).put(KeyPath.PIPELINES, pipelines());
        schema.putAll(root);
        // A file describes one pipeline, or several by their names.
        schema.put("dependentSchemas", Map.of(KeyPath.PIPELINES, Map.of("properties", onlyWithoutNames)));
        schema.put(
                "$defs",
                ordered(
                        "pipeline",
                        pipeline,
                        "reference",
                        ordered(
                                "description", "Filled in from the environment or from a file.",
                                "type", "string",
                                "pattern", "\\$\\{")));
        return json(schema);
    }

    /** The keys of the settings that it calls write-only: their values are never shown. Kafka's own are not among them. */
    public static List<String> writeOnly() {
        return KnownSettings.ALL.stream()
                .filter(setting -> setting.masking() == Masking.ALL)
                .map(Setting::key)
                .toList();
    }

    private static Map<String, Object> of(Scope scope) {
        Map<String, Object> root = group();
        KnownSettings.of(scope)
                .forEach(setting -> properties(groupOf(root, setting.key())).put(nameOf(setting.key()), leaf(setting)));
        return root;
    }

    private static Map<String, Object> pipelines() {
        return ordered(
                "description",
                "Several pipelines in one process, each by its name and apart from the others. Nothing of a pipeline stands beside them.",
                "type",
                "object",
                "minProperties",
                1,
                "propertyNames",
                Map.of("pattern", "^" + WrittenPipelines.NAME + "$"),
                "additionalProperties",
                Map.of("$ref", PIPELINE));
    }

    private static Map<String, Object> group() {
        return new LinkedHashMap<>(ordered(
                "type",
                List.of("object", "null"),
                "additionalProperties",
                false,
                "properties",
                new LinkedHashMap<String, Object>()));
    }

    private static Map<String, Object> leaf(Setting<?> setting) {
        Map<String, Object> value = new TreeMap<>(setting.type().schema());
        Map<String, Object> leaf = new LinkedHashMap<>();
        String text = setting.onlyWith().map(SettingsReference::only).orElse("") + setting.text();
        leaf.put("description", text);
        if (setting.presence() instanceof Otherwise otherwise) {
            // Where it depends on the source type, an editor had better fill in none.
            if (otherwise.unless().isEmpty()) {
                leaf.put("default", otherwise.value());
            }
        } else if (setting.presence() instanceof Optionally optionally) {
            leaf.put("description", text + " Default: " + optionally.meaning() + ".");
        } else {
            leaf.put("examples", List.of(((Required) setting.presence()).example()));
        }
        if (setting.masking() == Masking.ALL) {
            leaf.put("writeOnly", true);
        } else if (setting.masking() == Masking.IN_URL) {
            leaf.put("x-secret-parameters", true);
        }
        if (setting.type().isTemplate()) {
            leaf.putAll(value);
        } else {
            leaf.put("anyOf", List.of(value, Map.of("$ref", REFERENCE)));
        }
        return leaf;
    }

    /** The group in which a key nests; it and those around it are made where they are not there yet. */
    private static Map<String, Object> groupOf(Map<String, Object> root, String key) {
        Map<String, Object> at = root;
        int start = 0;
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', start)) {
            at = child(at, key.substring(start, dot));
            start = dot + 1;
        }
        return at;
    }

    private static String nameOf(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** Lets any name stand in the family's group. */
    private static void open(Map<String, Object> root, Family family) {
        Map<String, Object> group = groupOf(root, family.prefix());
        group.put(
                "description",
                (family.only() == null
                                ? ""
                                : SettingsReference.only(family.only().type()))
                        + family.text());
        group.put("additionalProperties", Map.of("type", List.of("string", "number", "boolean", "object")));
    }

    @SuppressWarnings("unchecked") // groups are made by group() alone
    private static Map<String, Object> child(Map<String, Object> group, String name) {
        return (Map<String, Object>) properties(group).computeIfAbsent(name, any -> group());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> properties(Map<String, Object> group) {
        return (Map<String, Object>) group.getOrDefault("properties", Map.of());
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    /** JSON is YAML in its flow style with double quotes. */
    static String json(Object value) {
        DumpSettings settings = DumpSettings.builder()
                .setSchema(new JsonSchema())
                .setDefaultFlowStyle(FlowStyle.FLOW)
                .setDefaultScalarStyle(ScalarStyle.JSON_SCALAR_STYLE)
                .setMultiLineFlow(true)
                .setSplitLines(false)
                .setDereferenceAliases(true)
                .setWidth(Integer.MAX_VALUE)
                .build();
        // It leaves blank lines, and puts commas on lines of their own; no text of JSON holds a line break.
        return new Dump(settings).dumpToString(value).replaceAll("\\n\\s*(?=[,\\n])", "");
    }
}
