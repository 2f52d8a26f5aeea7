package io.outboxrelay.config;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Collects what is wrong with the settings, so that all of it is said at once. Used by one thread. */
final class Problems {

    private static final Pattern LINE_AND_COLUMN = Pattern.compile(":(\\d{1,7}):(\\d{1,7})(?=[: ])");

    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> meant = new HashSet<>();

    /** Notes something wrong at a place: {@code relay.yaml:7:3} or {@code relay.yaml:7:3 source.url}. */
    void add(String place, String what, String remedy) {
        problems.add(new Problem(place + ": " + what, remedy));
    }

    void add(Given given, String what, String remedy) {
        add(given.toString(), what, remedy);
    }

    /** Notes a key that there is not, and takes the nearest one for what was meant. */
    void unknown(Given given, Optional<String> nearest) {
        nearest.ifPresent(this::meant);
        add(
                given,
                "there is no such setting"
                        + nearest.map(key -> " (did you mean " + key + "?)").orElse(""),
                nearest.isPresent() ? "correct it" : "remove it; docs/settings.md lists what there is");
    }

    /** This setting was meant by something that is wrong: it is not said to be missing, too. */
    void meant(String key) {
        meant.add(key);
    }

    boolean isMeant(String key) {
        return meant.contains(key);
    }

    /**
     * Ends it if there was any.
     *
     * @throws RelayException MISCONFIGURED, with all of them, in the order of the file's lines
     */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            List<Problem> inOrder = problems.stream()
                    .sorted(Comparator.comparingLong(Problems::orderOf))
                    .toList();
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, inOrder, null));
        }
    }

    private static long orderOf(Problem problem) {
        Matcher matcher = LINE_AND_COLUMN.matcher(problem.what());
        return matcher.find()
                ? Long.parseLong(matcher.group(1)) << Integer.SIZE | Long.parseLong(matcher.group(2))
                : Long.MAX_VALUE;
    }
}
