package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import java.io.PrintWriter;

/** Says why the relay does not start: every problem, each with what mends it. */
final class Refusal {

    private Refusal() {}

    static void print(Failure failure, PrintWriter err) {
        int count = failure.problems().size();
        err.println("outbox-relay cannot start: " + (count == 1 ? "1 problem" : count + " problems"));
        for (Problem problem : failure.problems()) {
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
