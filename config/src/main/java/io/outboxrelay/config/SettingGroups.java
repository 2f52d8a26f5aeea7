package io.outboxrelay.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How the known settings nest: {@code source} and {@code outbox.columns} are groups, {@code source.url} is none. */
final class SettingGroups {

    private static final Set<String> NAMES = new LinkedHashSet<>();

    static {
        KnownSettings.keys().forEach(SettingGroups::addGroupsOf);
        KnownSettings.FAMILIES.forEach(family -> addGroupsOf(family.prefix()));
    }

    private SettingGroups() {}

    private static void addGroupsOf(String key) {
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
            NAMES.add(key.substring(0, dot));
        }
    }

    static Set<String> names() {
        return Set.copyOf(NAMES);
    }

    static boolean isGroup(String key) {
        return NAMES.contains(key);
    }

    /** Whether names below this key are free, as those of producer settings are. */
    static boolean isInFamily(String key) {
        return KnownSettings.FAMILIES.stream().anyMatch(family -> family.owns(key + "."));
    }

    /** The names of the settings and groups right below a group. */
    static List<String> in(String group) {
        Set<String> names = new LinkedHashSet<>();
        KnownSettings.keys().stream()
                .filter(key -> key.startsWith(group + "."))
                .map(key -> key.substring(group.length() + 1).split("\\.", 2)[0])
                .forEach(names::add);
        KnownSettings.FAMILIES.stream()
                .filter(family -> family.prefix().startsWith(group + "."))
                .map(family -> family.prefix().equals(group + ".")
                        ? family.name()
                        : family.prefix().substring(group.length() + 1).split("\\.", 2)[0])
                .forEach(names::add);
        return List.copyOf(names);
    }
}
