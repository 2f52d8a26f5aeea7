package io.outboxrelay.polling;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.polling.SourceWatch.Obstacle;
import io.outboxrelay.polling.SourceWatch.Step;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which errors say that others are in the way of a step, and how to get them out of it. Whatever is not among them ends the
 * session.
 *
 * @param table that is read and settled
 */
record Obstacles(OutboxTable table) {

    /** Lock not available, deadlock, serialization failure: the statement or transaction is undone, the session is as before. */
    private static final Set<String> LOCKED = Set.of("55P03", "40P01", "40001");

    private static final String DISK_FULL = "53100";

    /** A class of errors: a constraint is violated. */
    private static final String VIOLATED = "23";

    /** A value does not fit: the server's first line quotes it, and it may be of a payload. */
    private static final String UNFIT = "22";

    /** A trigger's function refuses: its first line says whatever its author wrote, a payload if they wished. */
    private static final String RAISED = "P0";

    private static final String CHANGE =
            "change it, or what it objects to; until then the rows stay where they are, and the relay goes on by itself";

    /** What is in the way; null where the error is none that passes. */
    @Nullable
    Obstacle of(Step step, SQLException error) {
        // Only the first line: what follows may quote a row.
        String said = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (LOCKED.contains(state)) {
            return new Obstacle(whatOf(step), "somebody holds a lock (" + said + ")", whoHolds(step));
        }
        if (DISK_FULL.equals(state)) {
            return new Obstacle(
                    whatOf(step),
                    "the database has no space left (" + said + ")",
                    "free some where the server keeps its data; the relay goes on by itself");
        }
        String why = step == Step.SETTLING ? whyRefused(error, state, said) : null;
        return why == null ? null : new Obstacle(whatOf(step), why, CHANGE);
    }

    private static @Nullable String whyRefused(SQLException error, String state, String said) {
        if (error instanceof ArchivingRemoval.RowsDiscarded) {
            return "a trigger refuses it (" + said + ")";
        }
        return switch (state.length() == 5 ? state.substring(0, 2) : "") {
            case VIOLATED -> "a constraint or a trigger refuses it (" + said + ")";
            case UNFIT -> "a constraint or a trigger takes a value for unfit (SQLSTATE " + state + ")";
            case RAISED ->
                "a trigger refuses it (SQLSTATE " + state
                        + "; its words may quote a row and stand in the server's log only)";
            default -> null;
        };
    }

    private String whatOf(Step step) {
        String name = table.identity().quotedName();
        if (step != Step.SETTLING) {
            return "nothing can be read from " + name;
        }
        if (table.retained() instanceof OutboxTable.Archived archived) {
            return "published rows cannot be moved from " + name + " to " + archived.archive();
        }
        if (table.retained() instanceof OutboxTable.Kept kept) {
            return "how far " + name + " is published cannot be stored in " + kept.stateTable();
        }
        return "published rows cannot be deleted from " + name;
    }

    /** How to find out who it is, prepared transactions too, whose locks have no process. Others' rows are hidden from ordinary roles. */
    private String whoHolds(Step step) {
        return "end the transaction that holds it, the oldest of SELECT DISTINCT a.pid, x.gid AS prepared,"
                + " coalesce(a.xact_start, x.prepared) AS since, a.usename, a.state, a.query FROM pg_locks l"
                + " LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
                + " LEFT JOIN pg_prepared_xacts x ON l.pid IS NULL AND x.transaction IN (SELECT t.transactionid FROM pg_locks t"
                + " WHERE t.pid IS NULL AND t.virtualtransaction = l.virtualtransaction)"
                + " WHERE l.granted AND l.relation IN ("
                + String.join(", ", locked(step))
                + ") ORDER BY since; ask that in this database as a superuser or a member of pg_read_all_stats (a prepared one is"
                + " ended by ROLLBACK PREPARED); the relay goes on by itself";
    }

    /** What the step needs: tables with their partitions, and the sequence, which most statements hold against what was read. */
    private List<String> locked(Step step) {
        List<String> locked = new ArrayList<>();
        if (step == Step.SETTLING && table.retained() instanceof OutboxTable.Kept kept) {
            locked.add(Identifiers.literal(kept.stateTable()) + "::regclass");
        } else {
            table.identity().treeOids().forEach(oid -> locked.add(String.valueOf(oid)));
        }
        if (step == Step.SETTLING && table.retained() instanceof OutboxTable.Archived archived) {
            locked.add(Identifiers.literal(archived.archive()) + "::regclass");
        }
        OutboxTable.Sequence sequence = table.sequence();
        if (sequence != null) {
            locked.add(String.valueOf(sequence.oid()));
        }
        return locked;
    }
}
