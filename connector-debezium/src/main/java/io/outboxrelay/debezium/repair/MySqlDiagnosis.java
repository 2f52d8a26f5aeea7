package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.MySqlChecks;
import io.outboxrelay.debezium.MySqlMark;
import io.outboxrelay.debezium.MySqlSession;
import io.outboxrelay.debezium.MySqlState;
import io.outboxrelay.debezium.RepairMark;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the stored place in MySQL's log. Immutable.
 *
 * @param variables the server's
 * @param end of its log, by now
 * @param stored how far publishing got, or null
 * @param begun that a repair was begun which has not ended, or null
 * @param published whether that one left nothing to do but to remove its note
 * @param lost why a relay cannot go on from what is stored, or null
 */
record MySqlDiagnosis(
        Map<String, String> variables,
        MySqlMark end,
        MySqlState.@Nullable Place stored,
        @Nullable String begun,
        boolean published,
        @Nullable Failure lost) {

    MySqlDiagnosis {
        variables = Map.copyOf(variables);
    }

    /**
     * Looks.
     *
     * @param name of what is stored, see {@link MySqlState#name}
     * @param values what the relay stored
     * @throws RelayException MISCONFIGURED where the server does not write what is read, which no repair mends
     */
    static MySqlDiagnosis of(MySqlSession session, MySqlChecks checks, String name, SortedMap<String, String> values) {
        Map<String, String> variables = session.variables();
        checks.checkServer(variables);
        checks.checkLogged();
        RepairMark mark = MySqlState.repairOf(name);
        MySqlState.Place stored = MySqlState.beforeRepair(values, mark.key());
        return new MySqlDiagnosis(
                variables,
                session.end(variables),
                stored,
                mark.standingIn(values),
                mark.isOfWhatIsStoredIn(values),
                stored == null ? null : lost(checks, stored.asCountedBy(variables), variables, name, values));
    }

    private static @Nullable Failure lost(
            MySqlChecks checks,
            MySqlState.Place stored,
            Map<String, String> variables,
            String name,
            SortedMap<String, String> values) {
        if (!MySqlState.knowsColumns(values, name)) {
            return Failure.of(
                    FailureKind.POSITION_LOST,
                    "how the table's columns were at the stored place is not stored any more",
                    "repair");
        }
        try {
            checks.checkCovers(stored, variables);
            return null;
        } catch (RelayException e) {
            if (e.failure().kind() != FailureKind.POSITION_LOST) {
                throw e;
            }
            return e.failure();
        }
    }

    /** Whether a relay would go on from what is stored, as far as it shows. */
    boolean isSound() {
        return stored != null && lost == null && begun == null;
    }

    /** Whether a relay would go on from what a repair stored, but for the note. */
    boolean isDoneButForTheNote() {
        return published && lost == null;
    }

    /** The server's own identity. */
    String server() {
        return variables.getOrDefault("server_uuid", "");
    }

    /** What there is, a line each. */
    List<String> seen() {
        List<String> seen = new ArrayList<>();
        if (begun != null) {
            seen.add(begun);
        }
        seen.add("server: MySQL " + variables.getOrDefault("version", "") + ", server_uuid " + server()
                + (stored == null || stored.serverUuid().equals(server())
                        ? ""
                        : "; what is stored is of another, " + stored.serverUuid()));
        seen.add("log: ends at " + end);
        seen.add("stored position: " + (stored == null ? "none" : "published up to " + stored.mark()));
        if (lost != null) {
            lost.problems().forEach(problem -> seen.add("wrong: " + problem.what()));
        }
        return seen;
    }
}
