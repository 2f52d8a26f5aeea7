package io.outboxrelay.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands at one place of a YAML file: text, several entries, or a list. No type is ever made of it. */
sealed interface YamlNode {

    /** Where it begins: {@code relay.yaml:7:13}, line and column from 1. */
    String place();

    /**
     * A text as written, without its quotes.
     *
     * @param text null where nothing is written, or {@code null} or {@code ~} without quotes
     */
    record Text(String place, @Nullable String text) implements YamlNode {

        /** The place alone: the text may be a secret. */
        @Override
        public String toString() {
            return place;
        }
    }

    /**
     * Keys with what stands behind them; a key may come twice.
     *
     * @param entries in the file's order
     */
    record Entries(String place, List<Entry> entries) implements YamlNode {

        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /** One key, and what stands behind it. */
    record Entry(String keyPlace, String key, YamlNode value) {}

    /** A list. What is in it does not matter: no setting has one. */
    record Items(String place) implements YamlNode {}
}
