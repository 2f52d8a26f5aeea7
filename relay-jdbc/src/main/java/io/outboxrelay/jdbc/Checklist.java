package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Problem;
import java.util.ArrayList;
import java.util.List;

/** Collects problems as they are found, and sorts them by subject. Used by one thread. */
final class Checklist {

    private final List<Problem> problems = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private int sorted;

    /** All problems so far, in the order in which they were found; checks add to it. */
    List<Problem> problems() {
        return problems;
    }

    /**
     * All that was added since the last time belongs to this subject.
     *
     * @param found what to say where nothing was added
     */
    void close(String subject, String found) {
        List<Problem> mine = List.copyOf(problems.subList(sorted, problems.size()));
        sorted = problems.size();
        checks.add(mine.isEmpty() ? Check.ok(subject, found) : Check.fail(subject, mine));
    }

    void add(Check check) {
        checks.add(check);
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }
}
