package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.failure.Problem;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Prints a checklist, each line as it comes. Used by one thread. */
final class CheckPrinter {

    private static final String INDENT = " ".repeat(8);

    private static final int WORD_WIDTH = 8;

    private final PrintWriter out;
    private final Ansi ansi;

    /** @param ansi whether words are coloured */
    CheckPrinter(PrintWriter out, Ansi ansi) {
        this.out = out;
        this.ansi = ansi;
    }

    void print(Check check) {
        if (check.problems().isEmpty()) {
            line(check, check.found());
        }
        for (Problem problem : check.problems()) {
            line(check, problem.what().strip().replace("\n", "\n" + INDENT));
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

    private void line(Check check, String text) {
        String word = word(check.verdict());
        out.println(ansi.string("@|" + style(check.verdict()) + " " + word + "|@")
                + " ".repeat(WORD_WIDTH - word.length()) + check.subject() + ": " + text);
    }

    private static String style(Verdict verdict) {
        return switch (verdict) {
            case OK -> "green";
            case WARN -> "bold,yellow";
            case FAIL, AWAY -> "bold,red";
            case SKIPPED -> "faint";
        };
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
