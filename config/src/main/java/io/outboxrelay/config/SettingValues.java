package io.outboxrelay.config;

import io.outboxrelay.config.Setting.Only;
import io.outboxrelay.config.Setting.Otherwise;
import io.outboxrelay.config.Setting.Required;
import io.outboxrelay.config.Setting.Scope;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values of the settings, after substitution, each with the place it came from. What is unknown, given twice, missing or
 * unusable is noted while this is made. Used by one thread.
 */
final class SettingValues {

    private final Map<String, Given> written = new LinkedHashMap<>();
    private final Map<String, Given> resolved = new LinkedHashMap<>();
    private final Map<String, Object> parsed = new HashMap<>();
    private final Section section;
    private final Function<Given, String> substitution;
    private final Problems problems;
    private final @Nullable SourceType sourceType;

    /**
     * Values of what was given.
     *
     * @param substitution the value of what was given, with everything filled in; throws {@link UnusableValue}
     */
    SettingValues(Section section, Function<Given, String> substitution, Problems problems) {
        this.section = section;
        this.substitution = substitution;
        this.problems = problems;
        written.putAll(distinct(section.lines()));
        written.putAll(distinct(section.arguments()));
        written.values().forEach(this::resolve);
        if (section.scope() == Scope.PIPELINE) {
            parse(KnownSettings.SOURCE_TYPE);
            sourceType = find(KnownSettings.SOURCE_TYPE).orElse(null);
        } else {
            sourceType = null;
        }
        KnownSettings.of(section.scope()).stream()
                .filter(setting -> !setting.equals(KnownSettings.SOURCE_TYPE))
                .forEach(setting -> {
                    if (setting.isFor(sourceType)) {
                        parse(setting);
                    } else {
                        refuse(setting.key(), setting.only());
                    }
                });
        KnownSettings.FAMILIES.stream()
                .filter(family -> !family.isFor(sourceType))
                .forEach(family ->
                        family(family).keySet().forEach(name -> refuse(family.prefix() + name, family.only())));
    }

    /** The value, or its default; nothing where it is optional and was not given, or where a problem was noted. */
    @SuppressWarnings("unchecked") // only parse puts into the map, what the type of the setting's value says
    <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable((T) parsed.get(setting.key()));
    }

    /**
     * The value of a setting that is required or has a default.
     *
     * @throws NoSuchElementException where a problem was noted instead
     */
    <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new NoSuchElementException(setting.key()));
    }

    /** Whether a setting has a meaning with the source type that was given. */
    boolean isOfUse(Setting<?> setting) {
        return setting.isFor(sourceType);
    }

    /** What counts where this was not given. */
    String otherwise(Otherwise presence) {
        return presence.with(sourceType);
    }

    /** A setting as it was given, before substitution, or null. */
    @Nullable
    Given written(String key) {
        return written.get(key);
    }

    /** The same, with everything filled in. */
    @Nullable
    Given given(String key) {
        return resolved.get(key);
    }

    /** What was given of a family, by the name behind the prefix, in order. */
    Map<String, String> family(KnownSettings.Family family) {
        Map<String, String> values = new LinkedHashMap<>();
        resolved.forEach((key, given) -> {
            if (family.owns(key)) {
                values.put(family.nameOf(key), given.value());
            }
        });
        return values;
    }

    private Map<String, Given> distinct(List<Given> settings) {
        Map<String, Given> distinct = new LinkedHashMap<>();
        for (Given given : settings) {
            Given before = distinct.putIfAbsent(given.key(), given);
            if (before != null) {
                problems.add(given, "it is given twice, first at " + before.place(), "remove one of them");
            } else if (!KnownSettings.isKnown(given.key())) {
                problems.unknown(given, MeantKey.guess(given.path()));
            }
        }
        return distinct;
    }

    private void resolve(Given given) {
        if (!KnownSettings.isKnown(given.key())) {
            // Noted already; whether its value was meant as a template is not to be known.
            return;
        }
        boolean isTemplate = KnownSettings.find(given.key())
                .map(setting -> setting.type().isTemplate())
                .orElse(false);
        try {
            String value = isTemplate ? given.value() : substitution.apply(given);
            resolved.put(given.key(), new Given(given.place(), given.path(), value));
        } catch (UnusableValue e) {
            problems.add(given, e.what(), e.remedy());
        }
    }

    /** Whoever gives it expects something of it that would not come. */
    private void refuse(String key, @Nullable Only only) {
        Given given = written.get(key);
        if (given != null && only != null && sourceType != null) {
            String other = only.type().word();
            problems.add(
                    given,
                    "it belongs to source.type = " + other + "; with " + sourceType.word() + ", " + only.because(),
                    "remove the line, or set source.type = " + other);
        }
    }

    private boolean isReplaced(Required required) {
        return required.unless() != null && written.containsKey(required.unless());
    }

    private <T> void parse(Setting<T> setting) {
        boolean wasGiven = written.containsKey(setting.key());
        String path = section.path(setting.key()).toString();
        Given given = resolved.get(setting.key());
        if (given != null) {
            try {
                parsed.put(setting.key(), setting.parse(given.value()));
            } catch (UnusableValue e) {
                problems.add(given, e.what(), e.remedy());
            }
        } else if (!wasGiven && problems.isMeant(path)) {
            return;
        } else if (!wasGiven && setting.presence() instanceof Required required && !isReplaced(required)) {
            problems.add(
                    section.start() + " " + path,
                    "it is missing",
                    "add it, for example " + path + ": " + required.example());
        } else if (!wasGiven && setting.presence() instanceof Otherwise otherwise) {
            parsed.put(setting.key(), setting.parse(otherwise(otherwise)));
        }
    }
}
