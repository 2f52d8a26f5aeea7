package io.outboxrelay.sidecar;

import io.outboxrelay.engine.RelayState;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.poison.DeadLetter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** What a line of the log says once more in fields of its own, for programs that read it. Immutable. */
final class LogFields {

    private final Map<String, String> fields;

    private LogFields(Map<String, String> fields) {
        this.fields = fields;
    }

    /** Of a problem that keeps the relay from starting. */
    static LogFields of(FailureKind kind, Problem problem) {
        return new LogFields(described(kind, problem.what(), problem.remedy()));
    }

    /** Of a pipeline that is in a state, and why. */
    static LogFields of(String pipeline, RelayState state, @Nullable Failure failure) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("relay.pipeline", pipeline);
        fields.put("relay.state", state.name());
        if (failure != null) {
            fields.putAll(described(
                    failure.kind(),
                    failure.problems().stream().map(Problem::what).collect(Collectors.joining("; ")),
                    failure.problems().stream()
                            .map(Problem::remedy)
                            .filter(remedy -> !remedy.isEmpty())
                            .collect(Collectors.joining("; "))));
        }
        return new LogFields(fields);
    }

    /** Of a dead letter. */
    static LogFields of(String pipeline, DeadLetter letter) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("relay.pipeline", pipeline);
        fields.put("relay.event_id", letter.id());
        PoisonReason reason = letter.why().reason();
        if (reason != null) {
            fields.put("relay.reason", reason.label());
        }
        fields.put("relay.topic", letter.topic());
        Problem problem = letter.why().problems().get(0);
        fields.putAll(described(letter.why().kind(), problem.what(), problem.remedy()));
        return new LogFields(fields);
    }

    /** Gives them to every line that this thread logs meanwhile. */
    void during(Runnable logging) {
        fields.forEach(MDC::put);
        try {
            logging.run();
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }

    private static Map<String, String> described(FailureKind kind, String cause, String remedy) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("relay.kind", kind.name().toLowerCase(Locale.ROOT));
        fields.put("relay.cause", cause);
        if (!remedy.isEmpty()) {
            fields.put("relay.remedy", remedy);
        }
        return fields;
    }
}
