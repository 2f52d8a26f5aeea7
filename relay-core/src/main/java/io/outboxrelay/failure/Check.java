package io.outboxrelay.failure;

import java.util.List;

/**
 * One line of a checklist: what was looked at, and what came of it.
 *
 * @param subject what was looked at, in a word or two
 * @param verdict what came of it
 * @param found what was found, for people; of a subject that was skipped, why
 * @param problems each with its remedy; at least one where it failed or warns, else none
 */
public record Check(String subject, Verdict verdict, String found, List<Problem> problems) {

    /** What came of a check. */
    public enum Verdict {
        OK,
        /** A relay would run, and something should be done all the same. */
        WARN,
        /** A relay would not run, or not for long. */
        FAIL,
        /** What was to be asked cannot be reached: a relay would wait for it. */
        AWAY,
        /** Could not be looked at, or need not be. */
        SKIPPED
    }

    public Check {
        problems = List.copyOf(problems);
    }

    public static Check ok(String subject, String found) {
        return new Check(subject, Verdict.OK, found, List.of());
    }

    public static Check warn(String subject, String what, String remedy) {
        return new Check(subject, Verdict.WARN, "", List.of(new Problem(what, remedy)));
    }

    public static Check fail(String subject, List<Problem> problems) {
        return new Check(subject, Verdict.FAIL, "", problems);
    }

    public static Check fail(String subject, String what, String remedy) {
        return fail(subject, List.of(new Problem(what, remedy)));
    }

    /** What a failure says: what was to be asked is away where it is TRANSIENT, else it fails. */
    public static Check of(String subject, Failure failure) {
        boolean away = failure.kind() == FailureKind.TRANSIENT;
        return new Check(subject, away ? Verdict.AWAY : Verdict.FAIL, "", failure.problems());
    }

    public static Check skipped(String subject, String why) {
        return new Check(subject, Verdict.SKIPPED, why, List.of());
    }
}
