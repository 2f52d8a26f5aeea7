package io.outboxrelay.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads settings from text: {@code key = value} lines, {@code #} at the start of a line for a comment. A value goes from the
 * first {@code =} to the end of the line, without the blanks around it; nothing in it is special to the reader of lines.
 */
final class SettingsText {

    private SettingsText() {}

    /** The settings of a file, in its order. */
    static List<Given> parse(String fileName, String text, Problems problems) {
        List<Given> settings = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String bare = (number == 1 ? withoutByteOrderMark(line) : line).strip();
            if (!bare.isEmpty() && !bare.startsWith("#")) {
                parseLine(fileName + ":" + number, bare, problems, settings);
            }
        }
        return settings;
    }

    /** The settings of {@code key=value} arguments, in their order. */
    static List<Given> ofArguments(List<String> arguments, Problems problems) {
        List<Given> settings = new ArrayList<>();
        arguments.forEach(argument -> parseLine("--set", argument.strip(), problems, settings));
        return settings;
    }

    // A line that is not understood may be the rest of a password: it is never repeated.
    private static void parseLine(String place, String line, Problems problems, List<Given> into) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            String first = line.split("[\\s:]+", 2)[0];
            if (KnownSettings.isKnown(first)) {
                problems.meant(first);
                place = place + " " + first;
            }
            problems.add(
                    place,
                    "there is no '=' in it",
                    "write key = value; a comment stands on a line of its own, after #");
            return;
        }
        String key = line.substring(0, equals).strip();
        if (key.isEmpty()) {
            problems.add(place, "there is nothing before the '='", "write key = value");
        } else if (key.chars().anyMatch(Character::isWhitespace) || key.indexOf(':') >= 0) {
            problems.add(
                    place,
                    "what stands before the '=' is not a key",
                    "write key = value, with dots in the key and no blanks or colons");
        } else {
            into.add(new Given(place, key, line.substring(equals + 1).strip()));
        }
    }

    private static String withoutByteOrderMark(String line) {
        return line.startsWith("\uFEFF") ? line.substring(1) : line;
    }
}
