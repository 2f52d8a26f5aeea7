package io.outboxrelay.bench.stage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The options of a scenario as they were given: {@code --name value} or {@code --name=value}, each at most once. Immutable. */
public final class Arguments {
    private final Map<String, String> given;

    private Arguments(Map<String, String> given) {
        this.given = Map.copyOf(given);
    }

    /**
     * Understands arguments.
     *
     * @param valued names of the options that take a value, with their two hyphens
     * @param switches names of those that take none
     * @throws UsageException naming the first argument that is wrong
     */
    public static Arguments parse(List<String> arguments, List<String> valued, List<String> switches)
            throws UsageException {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            String value;
            if (switches.contains(argument)) {
                value = "";
            } else if (!valued.contains(name)) {
                throw new UsageException(unknown(argument, valued, switches));
            } else if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                throw new UsageException(name + " needs a value, as in " + name + " VALUE");
            }
            if (given.put(name, value) != null) {
                throw new UsageException(name + " is given twice");
            }
        }
        return new Arguments(given);
    }

    private static String unknown(String argument, List<String> valued, List<String> switches) {
        List<String> all = new ArrayList<>(valued);
        all.addAll(switches);
        return "there is no option " + argument + " here; there are " + String.join(", ", new TreeSet<>(all));
    }

    /** Whether a switch is given. */
    public boolean has(String name) {
        return given.containsKey(name);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(given.get(name));
    }

    /**
     * A whole number, or the default where none is given.
     *
     * @throws UsageException when it is not a number from {@code min} to {@code max}
     */
    public long number(String name, long byDefault, long min, long max) throws UsageException {
        String value = given.get(name);
        if (value == null) {
            return byDefault;
        }
        // Longer than any that is allowed, and short enough for a long.
        if (value.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new UsageException(name + " takes a number from " + min + " to " + max + ", not '" + value + "'");
    }

    /**
     * One word of several, or the first of them where none is given.
     *
     * @throws UsageException when it is another one
     */
    public String choice(String name, List<String> words) throws UsageException {
        String value = given.getOrDefault(name, words.get(0));
        if (!words.contains(value)) {
            throw new UsageException(name + " takes " + String.join(" or ", words) + ", not '" + value + "'");
        }
        return value;
    }
}
