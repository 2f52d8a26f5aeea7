package io.outboxrelay.config;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Collects what is wrong with the settings, so that all of it is said at once. Used by one thread. */
final class Problems {

    private static final Pattern LINE = Pattern.compile(":(\\d+)(?=[: ])");

    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> meant = new HashSet<>();

    /** Notes something wrong at a place: {@code relay.properties:7} or {@code relay.properties:7 source.url}. */
    void add(String place, String what, String remedy) {
        problems.add(new Problem(place + ": " + what, remedy));
    }

    void add(Given given, String what, String remedy) {
        add(given.toString(), what, remedy);
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
                    .sorted(Comparator.comparingInt(Problems::lineOf))
                    .toList();
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, inOrder, null));
        }
    }

    private static int lineOf(Problem problem) {
        Matcher matcher = LINE.matcher(problem.what());
        return matcher.find() && matcher.group(1).length() < 8 ? Integer.parseInt(matcher.group(1)) : Integer.MAX_VALUE;
    }
}
