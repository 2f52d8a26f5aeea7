package io.outboxrelay.failure;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A classified failure: its kind, every problem found, and the exception it came from.
 *
 * @param kind what the relay does about it
 * @param problems what is wrong, at least one; several only where all were looked for at once
 * @param cause the exception at the edge, or null where there was none
 * @param loginRefused whether a name and its password were refused: enough of such attempts lock the account, so the next ones are
 *     few ({@link Backoff#sparing})
 * @param reason of POISON: why the event can never be published; null where nothing but to stop in front of it is possible
 */
public record Failure(
        FailureKind kind,
        List<Problem> problems,
        @Nullable Throwable cause,
        boolean loginRefused,
        @Nullable PoisonReason reason) {

    public Failure {
        problems = List.copyOf(problems);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a failure names at least one problem");
        }
    }

    public Failure(FailureKind kind, List<Problem> problems, @Nullable Throwable cause) {
        this(kind, problems, cause, false, null);
    }

    /** Of an event that can never be published as it is. */
    public static Failure poison(PoisonReason reason, Problem problem, @Nullable Throwable cause) {
        return new Failure(FailureKind.POISON, List.of(problem), cause, false, reason);
    }

    public static Failure of(FailureKind kind, String what, String remedy) {
        return new Failure(kind, List.of(new Problem(what, remedy)), null);
    }

    public static Failure of(FailureKind kind, String what, String remedy, Throwable cause) {
        return new Failure(kind, List.of(new Problem(what, remedy)), cause);
    }

    /** The same failure, which was the refusal of a name and its password. */
    public Failure ofLogin() {
        return new Failure(kind, problems, cause, true, reason);
    }

    /** The same failure, about which the relay does something else. */
    public Failure as(FailureKind other) {
        return new Failure(other, problems, cause, loginRefused, other == FailureKind.POISON ? reason : null);
    }

    /** The same failure, each of its problems said of somebody: of one event, say. */
    public Failure about(String whom) {
        List<Problem> said = problems.stream()
                .map(problem -> new Problem(whom + ": " + problem.what(), problem.remedy()))
                .toList();
        return new Failure(kind, said, cause, loginRefused, reason);
    }

    /** All problems on one line, each with its remedy. */
    public String summary() {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
    }

    @Override
    public String toString() {
        return kind + ": " + summary();
    }
}
