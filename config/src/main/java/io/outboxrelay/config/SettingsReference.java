package io.outboxrelay.config;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.config.Setting.Optionally;
import io.outboxrelay.config.Setting.Otherwise;
import io.outboxrelay.config.Setting.Required;
import io.outboxrelay.config.Setting.Scope;
import java.util.stream.Collectors;

/** Writes the reference page of the settings, {@code docs/settings.md}, from their descriptions. */
public final class SettingsReference {

    private static final String HEAD = """
            # Settings
            <!-- Written by SettingsReference; a test keeps it so. Change KnownSettings instead. -->

            One YAML file. The dots of a setting nest there: `source.url` is `url:` below `source:`, or `source.url:` where that reads
            better. `outbox-relay run --config FILE` reads it, `--set key=value` replaces single settings. Everything that is wrong is
            said at once with line and column, and the relay exits with 78. `outbox-relay config schema` prints a JSON Schema of
            the nested form, for editors.

            In every value but a template, `${VAR}` stands for a variable of the environment, `${VAR:-default}` for one that may
            not be set, `${file:/path}` for the content of a file, and `$$` for a dollar sign. YAML wants quotes around a value that
            begins with one of `{ } [ ] , & * # ? | - < > = ! % @` or a backtick, or holds `: ` or ` #`.

            A file describes one pipeline, by the settings right below, or several:

            ```yaml
            pipelines:
              orders: {source: {url: ...}, outbox: {table: public.outbox}, kafka: {...}}
              billing: {source: {url: ...}, outbox: {table: public.outbox}, kafka: {...}}
            ```

            Each has all of the settings for itself, as `pipelines.orders.source.url`, and none stands beside `pipelines:`; what
            several have in common may be written once, with a YAML anchor (`kafka: &kafka {...}`, then `kafka: *kafka`). A name has 1 to
            40 small letters, digits, `-` and `_`, and begins with a letter. One pipeline's trouble is not the others': see
            [several pipelines](../README.md#several-pipelines).
            """;

    private static final String TABLE = """

            | setting | value | default | |
            |---|---|---|---|
            """;
    private static final String OF_PROCESS = """

            ## Of the process
            These stand once in a file, also in one with `pipelines:`.
            """;

    private SettingsReference() {}

    /** The page, in Markdown. */
    public static String page() {
        StringBuilder page = new StringBuilder(HEAD);
        page.append(TABLE);
        for (Setting<?> setting : KnownSettings.of(Scope.PIPELINE)) {
            row(page, setting);
            if (setting.equals(LogSettings.POSITION_FILE)) {
                row(page, LogSettings.DEBEZIUM);
            }
            if (setting.key().equals(KnownSettings.KEY_REQUIRED.key())) {
                row(page, KnownSettings.HEADERS);
                row(page, KnownSettings.KAFKA);
            }
        }
        page.append(OF_PROCESS).append(TABLE);
        KnownSettings.of(Scope.PROCESS).forEach(setting -> row(page, setting));
        return page.toString();
    }

    private static String otherwise(Setting<?> setting) {
        if (setting.presence() instanceof Required required) {
            return "required, such as `" + required.example() + "`"
                    + (required.unless() == null ? "" : ", unless `" + required.unless() + "` is given");
        }
        return setting.presence() instanceof Otherwise otherwise
                ? "`" + otherwise.value() + "`"
                        + otherwise.unless().entrySet().stream()
                                .map(entry -> ", with `" + entry.getKey().word() + "` `" + entry.getValue() + "`")
                                .collect(Collectors.joining())
                : ((Optionally) setting.presence()).meaning();
    }

    private static String text(Setting<?> setting) {
        return setting.onlyWith().map(SettingsReference::only).orElse("")
                + setting.text()
                + (setting.masking() == Masking.ALL ? " Never shown." : "")
                + (setting.type().isTemplate() ? " A template." : "");
    }

    /** For which source type a setting is. */
    static String only(SourceType type) {
        return "With `source.type: " + type.word() + "` alone. ";
    }

    private static void row(StringBuilder page, Setting<?> setting) {
        row(page, setting.key(), setting.type().shape(), otherwise(setting), text(setting));
    }

    private static void row(StringBuilder page, Family family) {
        row(
                page,
                family.prefix() + family.name(),
                "text",
                "none",
                (family.only() == null ? "" : only(family.only().type())) + family.text());
    }

    private static void row(StringBuilder page, String key, String shape, String otherwise, String text) {
        page.append("| `")
                .append(key)
                .append("` | ")
                .append(shape)
                .append(" | ")
                .append(otherwise)
                .append(" | ");
        page.append(text).append(" |\n");
    }
}
