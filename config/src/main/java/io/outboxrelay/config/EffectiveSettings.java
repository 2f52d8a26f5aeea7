package io.outboxrelay.config;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.config.Setting.Optionally;
import io.outboxrelay.config.Setting.Otherwise;
import io.outboxrelay.config.Setting.Required;
import io.outboxrelay.publish.PublisherSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Tells of every setting of a section what counts and where it comes from. Used by one thread. */
final class EffectiveSettings {

    /** Who asks, and by which password, in a URL of whichever setting. */
    private static final Pattern USER_INFO = Pattern.compile("://[^/?#\\s]*@");

    private final Section section;
    private final SettingValues values;
    private final List<ShownSetting> shown = new ArrayList<>();

    private EffectiveSettings(Section section, SettingValues values) {
        this.section = section;
        this.values = values;
    }

    /** Those of the process. */
    static List<ShownSetting> of(Section section, SettingValues values) {
        EffectiveSettings effective = new EffectiveSettings(section, values);
        KnownSettings.of(section.scope()).forEach(effective::add);
        return effective.shown;
    }

    /** Those of a pipeline, with what is handed to Kafka beside its own defaults. */
    static List<ShownSetting> of(Section section, SettingValues values, PublisherSettings publisher) {
        EffectiveSettings effective = new EffectiveSettings(section, values);
        KnownSettings.of(section.scope()).stream().filter(values::isOfUse).forEach(effective::add);
        values.family(LogSettings.DEBEZIUM).forEach((name, value) -> effective.add(LogSettings.DEBEZIUM, name, value));
        values.family(KnownSettings.HEADERS)
                .forEach((name, value) -> effective.add(KnownSettings.HEADERS, name, value));
        Map<String, Object> kafka = new TreeMap<>(publisher.producerConfig());
        kafka.forEach((name, value) -> effective.add(KnownSettings.KAFKA, name, String.valueOf(value)));
        return effective.shown;
    }

    private void add(Setting<?> setting) {
        Given given = values.given(setting.key());
        if (given != null) {
            add(setting.key(), setting.masking().shown(given.value()), origin(setting.key()));
        } else if (setting.presence() instanceof Otherwise otherwise) {
            add(setting.key(), setting.masking().shown(values.otherwise(otherwise)), "default");
        } else {
            add(
                    setting.key(),
                    "",
                    "not set: "
                            + (setting.presence() instanceof Optionally optionally
                                    ? optionally.meaning()
                                    : ((Required) setting.presence()).unless() + " takes its place"));
        }
    }

    private void add(Family family, String name, String value) {
        String key = family.prefix() + name;
        boolean wasGiven = values.given(key) != null;
        String shown = family.masking().apply(name).shown(value);
        add(key, USER_INFO.matcher(shown).replaceAll("://***@"), wasGiven ? origin(key) : "the relay's own");
    }

    private void add(String key, String value, String origin) {
        shown.add(new ShownSetting(section.path(key).toString(), value, origin));
    }

    private String origin(String key) {
        Given written = Objects.requireNonNull(values.written(key));
        boolean isTemplate = KnownSettings.find(key)
                .map(setting -> setting.type().isTemplate())
                .orElse(false);
        List<String> sources = isTemplate ? List.of() : Substitution.sources(written.value());
        return written.place() + (sources.isEmpty() ? "" : ", from " + String.join(" and ", sources));
    }
}
