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
    private final WrittenPipelines pipelines;

    private YamlSettings(Problems problems) {
        this.problems = problems;
        this.pipelines = new WrittenPipelines(problems);
    }

    /** The settings of a file, in its order. */
    static WrittenSettings parse(String fileName, String text, Problems problems) {
        YamlSettings made = new YamlSettings(problems);
        try {
            YamlNode root = YamlReader.read(fileName, text.startsWith("\uFEFF") ? text.substring(1) : text);
            if (root instanceof Entries entries) {
                made.flatten("", entries);
            } else if (root != null && !(root instanceof Text nothing && nothing.text() == null)) {
                problems.add(
                        root.place(), "this is no settings file", "write key: value lines, such as source.url: ...");
                problems.throwIfAny();
            }
        } catch (Unreadable e) {
            problems.add(e.place(), String.valueOf(e.getMessage()), e.remedy());
            // What stands behind it is not known: it is not said to be missing.
            problems.throwIfAny();
        }
        return new WrittenSettings(made.settings, made.pipelines.areThere(), made.pipelines.places());
    }

    private void flatten(String prefix, Entries entries) {
        for (Entry entry : entries.entries()) {
            KeyPath path = KeyPath.of(prefix + entry.key());
            if (pipelines.isAbout(path)) {
                if (pipelines.mayHold(path, entry)) {
                    flatten(prefix + entry.key() + ".", (Entries) entry.value());
                }
            } else if (pipelines.isNamedBy(path, entry.keyPlace())) {
                setting(entry, path);
            }
        }
    }

    private void setting(Entry entry, KeyPath path) {
        if (entry.value() instanceof Entries group) {
            group(entry, path, group);
        } else if (entry.value() instanceof Items) {
            problems.meant(path.toString());
            problems.add(
                    new Given(entry.keyPlace(), path, ""),
                    "a list is not possible",
                    "write one value; where it takes several, with commas");
        } else if (SettingGroups.isGroup(path.key())) {
            groupWithText(entry, path);
        } else {
            leaf(new Given(entry.keyPlace(), path, ""), ((Text) entry.value()).text());
        }
    }

    /** Kafka takes an empty value for one that was meant, and switches off what it stands for. */
    private void leaf(Given empty, @Nullable String text) {
        if (text == null && KnownSettings.KAFKA.owns(empty.key())) {
            problems.meant(empty.path().toString());
            problems.add(
                    empty, "it has no value", "give it one, or remove the line; where an empty one is meant, write ''");
            return;
        }
        settings.add(new Given(empty.place(), empty.path(), text == null ? "" : text));
        if (settings.size() > SETTINGS_MAX) {
            problems.add(empty.place(), "there are more than " + SETTINGS_MAX + " settings", "remove what is repeated");
            problems.throwIfAny();
        }
    }

    private void group(Entry entry, KeyPath path, Entries group) {
        if (SettingGroups.isGroup(path.key()) || SettingGroups.isInFamily(path.key())) {
            flatten(path + ".", group);
            return;
        }
        Given given = new Given(entry.keyPlace(), path, "");
        problems.meant(path.toString());
        if (KnownSettings.isKnown(path.key())) {
            problems.add(given, "it takes one value, and nothing nested", "write " + path + ": value");
            return;
        }
        Optional<String> nearest = nearestGroup(path);
        problems.unknown(given, nearest);
        nearest.ifPresent(name -> meantAll(name + ".", group));
    }

    private Optional<String> nearestGroup(KeyPath path) {
        if (path.within().isEmpty() && pipelines.isMeantBy(path.key())) {
            return Optional.of(KeyPath.PIPELINES);
        }
        return NearestName.of(path.key(), SettingGroups.names())
                .map(name -> path.beside(name).toString());
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

    private void groupWithText(Entry entry, KeyPath path) {
        // With nothing behind it, as after everything in it was commented out, it is an empty group.
        if (((Text) entry.value()).text() != null) {
            KnownSettings.keysRequired().stream()
                    .filter(key -> key.startsWith(path.key() + "."))
                    .forEach(key -> problems.meant(path.beside(key).toString()));
            problems.add(
                    new Given(entry.keyPlace(), path, ""),
                    "it is a group of settings and takes no value",
                    "write its settings below it, indented: " + String.join(", ", SettingGroups.in(path.key())));
        }
    }
}
