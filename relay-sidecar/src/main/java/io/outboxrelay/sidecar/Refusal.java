package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import java.io.PrintWriter;
import java.util.List;

/** Says why the relay does not start: every problem, each with what mends it. */
final class Refusal {

    private Refusal() {}

    static void print(Failure failure, PrintWriter err) {
        print(List.of(failure), err);
    }

    static void print(List<Failure> failures, PrintWriter err) {
        List<Problem> problems = failures.stream()
                .flatMap(failure -> failure.problems().stream())
                .toList();
        print("outbox-relay cannot start", problems, err);
    }

    static void print(String heading, List<Problem> problems, PrintWriter err) {
        err.println(heading + ": " + (problems.size() == 1 ? "1 problem" : problems.size() + " problems"));
        for (Problem problem : problems) {
            err.println("  * " + indented(problem.what(), "    "));
            if (!problem.remedy().isEmpty()) {
                err.println("    -> " + indented(problem.remedy(), "       "));
            }
        }
        err.flush();
    }

    private static String indented(String text, String indent) {
        return text.strip().replace("\n", "\n" + indent);
    }
}
