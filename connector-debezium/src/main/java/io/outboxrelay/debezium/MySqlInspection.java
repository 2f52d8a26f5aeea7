package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds the settings against a MySQL server as a {@link DebeziumSource} does at its start, beside one that may be at work. */
public final class MySqlInspection {

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

    /** Connects and inspects, within about 15 seconds; changes nothing. What the relay stored is not looked at. */
    public static Outcome examine(DebeziumSettings settings) {
        List<Check> checks = new ArrayList<>();
        MySqlTable table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
        String subject = "server";
        try (MySqlSession session = new MySqlSession(settings.connection(), table.toString())) {
            session.connect();
            Map<String, String> variables = session.variables();
            checks.add(Check.ok(subject, "MySQL " + variables.getOrDefault("version", "of unknown version")));
            subject = "binary log and table";
            new MySqlChecks(session, table).checkServer(variables);
            checks.add(Check.ok(subject, "rows are written as they are read, and " + table + " is there"));
            subject = "end of the log";
            MySqlMark end = session.end(variables);
            checks.add(
                    end.gtids() != null
                            ? Check.ok(subject, end.toString())
                            : Check.warn(
                                    subject,
                                    "the server does not number transactions: a place in its log means nothing on a replica",
                                    "switch GTIDs on (gtid_mode, enforce_gtid_consistency), for failovers"));
            return new Outcome(null, checks);
        } catch (RelayException e) {
            checks.add(Check.of(subject, e.failure()));
            return new Outcome(e.failure(), checks);
        }
    }
}
