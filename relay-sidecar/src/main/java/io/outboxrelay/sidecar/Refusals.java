package io.outboxrelay.sidecar;

import io.outboxrelay.config.LogFormat;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a process that is to relay says why it does not start: to people on its error stream, or, where its log is read by programs,
 * there, each problem in a line of its own.
 */
@FunctionalInterface
interface Refusals {

    void tell(List<Failure> failures);

    static Refusals by(LogFormat format, PrintWriter err) {
        return format == LogFormat.TEXT
                ? failures -> Refusal.print(failures, err)
                : failures -> failures.forEach(InLog::tell);
    }

    /** Holds the logger, which nobody needs otherwise. */
    final class InLog {
        private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");

        private InLog() {}

        private static void tell(Failure failure) {
            for (Problem problem : failure.problems()) {
                LogFields.of(failure.kind(), problem).during(() -> LOG.error("cannot start: {}", problem));
            }
        }
    }
}
