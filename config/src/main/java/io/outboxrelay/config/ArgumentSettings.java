package io.outboxrelay.config;

import java.util.ArrayList;
import java.util.List;

/** Reads settings of {@code key=value} arguments. A value goes from the first {@code =} to the end; nothing in it is special. */
final class ArgumentSettings {

    /** What they all have for their place. */
    static final String PLACE = "--set";

    private ArgumentSettings() {}

    /** The settings of the arguments, in their order. */
    static List<Given> parse(List<String> arguments, Problems problems) {
        List<Given> settings = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String key = argument.substring(0, Math.max(equals, 0)).strip();
            if (key.isEmpty()) {
                // It may be the rest of a password: it is never repeated.
                problems.add(PLACE, "there is no key with a '=' behind it", "write --set key=value");
            } else {
                settings.add(new Given(
                        PLACE, KeyPath.of(key), argument.substring(equals + 1).strip()));
            }
        }
        return settings;
    }
}
