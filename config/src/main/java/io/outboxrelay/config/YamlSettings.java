package io.outboxrelay.config;

import io.outboxrelay.config.YamlNode.Entries;
import io.outboxrelay.config.YamlNode.Entry;
import io.outboxrelay.config.YamlNode.Items;
import io.outboxrelay.config.YamlNode.Text;
import io.outboxrelay.config.YamlReader.Unreadable;
import io.outboxrelay.failure.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes flat settings of a YAML file: what is nested there, is dotted here, and {@code source.url: ...} may be written either way.
 * Notes what is not nested as the settings are. Used by one thread.
 */
final class YamlSettings {

    /** Aliases can make much of a small file. */
    private static final int SETTINGS_MAX = 10_000;

    private final Problems problems;
    private final List<Given> settings = new ArrayList<>();

    private YamlSettings(Problems problems) {
        this.problems = problems;
    }

    /** The settings of a file, in its order. */
    static List<Given> parse(String fileName, String text, Problems problems) {
        YamlSettings made = new YamlSettings(problems);
        try {
            YamlNode root = YamlReader.read(fileName, text.startsWith("\uFEFF") ? text.substring(1) : text);
            if (root instanceof Entries entries) {
                made.flatten("", entries);
            } else if (root != null && !(root instanceof Text nothing && nothing.text() == null)) {
                problems.add(
                        root.place(), "this is no settings file", "write key: value lines, such as source.url: ...");
            }
        } catch (Unreadable e) {
            problems.add(e.place(), String.valueOf(e.getMessage()), e.remedy());
            // What stands behind it is not known: it is not said to be missing.
            problems.throwIfAny();
        }
        return made.settings;
    }

    private void flatten(String prefix, Entries entries) {
        for (Entry entry : entries.entries()) {
            String key = prefix + entry.key();
            if (entry.value() instanceof Entries group) {
                group(entry, key, group);
            } else if (entry.value() instanceof Items) {
                Given list = new Given(entry.keyPlace(), key, "");
                problems.meant(key);
                problems.add(list, "a list is not possible", "write one value; where it takes several, with commas");
            } else if (SettingGroups.isGroup(key)) {
                groupWithText(entry, key);
            } else {
                leaf(new Given(entry.keyPlace(), key, ""), ((Text) entry.value()).text());
            }
        }
    }

    /** Kafka takes an empty value for one that was meant, and switches off what it stands for. */
    private void leaf(Given empty, @Nullable String text) {
        if (text == null && KnownSettings.KAFKA.owns(empty.key())) {
            problems.meant(empty.key());
            problems.add(
                    empty, "it has no value", "give it one, or remove the line; where an empty one is meant, write ''");
            return;
        }
        settings.add(new Given(empty.place(), empty.key(), text == null ? "" : text));
        if (settings.size() > SETTINGS_MAX) {
            problems.add(empty.place(), "there are more than " + SETTINGS_MAX + " settings", "remove what is repeated");
            problems.throwIfAny();
        }
    }

    private void group(Entry entry, String key, Entries group) {
        if (SettingGroups.isGroup(key) || SettingGroups.isInFamily(key)) {
            flatten(key + ".", group);
            return;
        }
        Given given = new Given(entry.keyPlace(), key, "");
        problems.meant(key);
        if (KnownSettings.isKnown(key)) {
            problems.add(given, "it takes one value, and nothing nested", "write " + key + ": value");
            return;
        }
        Optional<String> nearest = NearestName.of(key, SettingGroups.names());
        problems.unknown(given, nearest);
        nearest.ifPresent(name -> meantAll(name + ".", group));
    }

    /** What stands in a group whose name is misspelt is not missing. */
    private void meantAll(String prefix, Entries entries) {
        for (Entry entry : entries.entries()) {
            problems.meant(prefix + entry.key());
            if (entry.value() instanceof Entries group) {
                meantAll(prefix + entry.key() + ".", group);
            }
        }
    }

    private void groupWithText(Entry entry, String key) {
        // With nothing behind it, as after everything in it was commented out, it is an empty group.
        if (((Text) entry.value()).text() != null) {
            problems.add(
                    new Given(entry.keyPlace(), key, ""),
                    "it is a group of settings and takes no value",
                    "write its settings below it, indented: " + String.join(", ", SettingGroups.in(key)));
        }
    }
}
