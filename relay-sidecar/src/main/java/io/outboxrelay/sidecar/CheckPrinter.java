package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.failure.Problem;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;

/** Prints a checklist, each line as it comes. Used by one thread. */
final class CheckPrinter {

    private static final String INDENT = " ".repeat(8);

    private final PrintWriter out;

    CheckPrinter(PrintWriter out) {
        this.out = out;
    }

    void print(Check check) {
        String word = word(check.verdict());
        if (check.problems().isEmpty()) {
            line(word, check.subject(), check.found());
        }
        for (Problem problem : check.problems()) {
            line(word, check.subject(), problem.what().strip().replace("\n", "\n" + INDENT));
            if (!problem.remedy().isEmpty()) {
                out.println(INDENT + "-> " + problem.remedy().strip().replace("\n", "\n" + INDENT + "   "));
            }
        }
    }

    void end(List<Verdict> verdicts) {
        out.println(shown(verdicts, "failed", Verdict.FAIL, Verdict.AWAY) + ", "
                + shown(verdicts, "to be warned of", Verdict.WARN) + ", "
                + shown(verdicts, "skipped", Verdict.SKIPPED));
    }

    private void line(String word, String subject, String text) {
        out.println(String.format("%-7s ", word) + subject + ": " + text);
    }

    private static String word(Verdict verdict) {
        return switch (verdict) {
            case OK -> "ok";
            case WARN -> "warn";
            case FAIL, AWAY -> "FAIL";
            case SKIPPED -> "skipped";
        };
    }

    private static String shown(List<Verdict> verdicts, String what, Verdict... counted) {
        int count = 0;
        for (Verdict verdict : counted) {
            count += Collections.frequency(verdicts, verdict);
        }
        return (count == 0 ? "nothing" : String.valueOf(count)) + " " + what;
    }
}
