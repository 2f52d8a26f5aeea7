package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Holds the settings against a MySQL server as a {@link DebeziumSource} does at its start, beside one that may be at work. */
public final class MySqlInspection {

    private static final String STORED = "stored position";

    private MySqlInspection() {}

    /**
     * What was found.
     *
     * @param failure why a relay would not start, or null
     * @param checks all that was looked at
     */
    public record Outcome(@Nullable Failure failure, List<Check> checks) {

        public Outcome {
            checks = List.copyOf(checks);
        }
    }

    /**
     * Connects and inspects, within about 20 seconds; changes nothing.
     *
     * @param columns what routing asks for of each row
     * @param values reads what the relay stored, beside one that may be at work
     */
    public static Outcome examine(
            DebeziumSettings settings, OutboxColumns columns, Supplier<SortedMap<String, String>> values) {
        MySqlTable table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
        List<Check> checks = new ArrayList<>();
        try (MySqlSession session = new MySqlSession(settings.connection(), table.toString())) {
            session.connect();
            Map<String, String> variables = session.variables();
            checks.addAll(MySqlChecks.ofServer(variables));
            Failure failure = failureOf(checks);
            if (failure == null) {
                MySqlChecks judge = new MySqlChecks(session, table);
                checks.addAll(new MySqlChecklist(session, settings, judge).look(variables, columns));
                failure = failureOf(checks);
            }
            if (failure == null) {
                failure = stored(settings, new MySqlChecks(session, table), session, values, checks);
            }
            return new Outcome(failure, checks);
        } catch (RelayException e) {
            checks.add(Check.of("server", e.failure()));
            return new Outcome(e.failure(), checks);
        }
    }

    private static @Nullable Failure failureOf(List<Check> checks) {
        List<Problem> problems = checks.stream()
                .filter(check -> check.verdict() == Check.Verdict.FAIL)
                .flatMap(check -> check.problems().stream())
                .toList();
        return problems.isEmpty() ? null : new Failure(FailureKind.MISCONFIGURED, problems, null);
    }

    private static @Nullable Failure stored(
            DebeziumSettings settings,
            MySqlChecks judge,
            MySqlSession session,
            Supplier<SortedMap<String, String>> values,
            List<Check> checks) {
        try {
            MySqlState.Place place = MySqlState.place(values.get(), MySqlState.name(settings));
            Map<String, String> variables = session.variables();
            if (place == null) {
                checks.add(Check.ok(
                        STORED, "none: a first start begins at the end of the log, now " + session.end(variables)));
                return null;
            }
            judge.checkCovers(place.asCountedBy(variables), variables);
            checks.add(Check.ok(STORED, "published up to " + place.mark() + ", and all behind it is in the log"));
            return null;
        } catch (RelayException e) {
            checks.add(Check.of(STORED, e.failure()));
            return e.failure();
        }
    }
}
