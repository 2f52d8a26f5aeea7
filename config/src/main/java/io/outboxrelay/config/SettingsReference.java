package io.outboxrelay.config;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.config.Setting.Optionally;
import io.outboxrelay.config.Setting.Otherwise;
import io.outboxrelay.config.Setting.Required;

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

            | setting | value | default | |
            |---|---|---|---|
            """;

    private SettingsReference() {}

    /** The page, in Markdown. */
    public static String page() {
        StringBuilder page = new StringBuilder(HEAD);
        for (Setting<?> setting : KnownSettings.ALL) {
            row(page, setting.key(), setting.type().shape(), otherwise(setting), text(setting));
            if (setting.key().equals(KnownSettings.KEY_REQUIRED.key())) {
                row(page, KnownSettings.HEADERS);
                row(page, KnownSettings.KAFKA);
            }
        }
        return page.toString();
    }

    private static String otherwise(Setting<?> setting) {
        if (setting.presence() instanceof Required required) {
            return "required, such as `" + required.example() + "`";
        }
        return setting.presence() instanceof Otherwise otherwise
                ? "`" + otherwise.value() + "`"
                : ((Optionally) setting.presence()).meaning();
    }

    private static String text(Setting<?> setting) {
        return setting.text()
                + (setting.secret() ? " Never shown." : "")
                + (setting.type().isTemplate() ? " A template." : "");
    }

    private static void row(StringBuilder page, Family family) {
        row(page, family.prefix() + family.name(), "text", "none", family.text());
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
