package io.outboxrelay.polling;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.polling.SourceWatch.Obstacle;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps that others can hold up, though nothing is wrong with the session: a step that was held up is undone and can be
 * tried again later. To end the session instead would publish again everything that is on its way. Says so in the log, at most
 * once a minute, and to the watch. Used by the source's thread only.
 */
final class RetriedSteps {

    private static final Logger LOG = LoggerFactory.getLogger(RetriedSteps.class);
    private static final long WARN_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    /** Lock not available, deadlock, serialization failure: the statement or transaction is undone, the session is as before. */
    private static final Set<String> LOCKED = Set.of("55P03", "40P01", "40001");

    /** Classes of errors: a value does not fit, a constraint is violated, a trigger's function refuses. */
    private static final Set<String> REFUSED = Set.of("22", "23", "P0");

    private final OutboxTable table;
    private final SourceWatch watch;
    private long nextWarningNanos = System.nanoTime();

    RetriedSteps(OutboxTable table, SourceWatch watch) {
        this.table = table;
        this.watch = watch;
    }

    /** Something that talks to the database. */
    interface Work {
        void run() throws SQLException;
    }

    /**
     * Runs a step; false when locks of others were in its way or, where rows are settled, constraints and triggers that others
     * made. Nothing has happened then.
     */
    boolean run(SourceWatch.Step step, Work work) throws SQLException {
        watch.asked(System.nanoTime());
        try {
            work.run();
            watch.answered();
            watch.done(step);
            return true;
        } catch (SQLException e) {
            Obstacle obstacle = obstacle(step, e);
            long now = System.nanoTime();
            watch.answered();
            watch.heldUp(step, obstacle, now);
            if (now - nextWarningNanos >= 0) {
                LOG.warn("{}, the relay tries again: {} -> {}", obstacle.what(), obstacle.why(), obstacle.remedy());
                nextWarningNanos = now + WARN_INTERVAL_NANOS;
            }
            return false;
        }
    }

    /** @throws SQLException the error itself, where it is none that passes */
    private Obstacle obstacle(SourceWatch.Step step, SQLException error) throws SQLException {
        boolean settling = step == SourceWatch.Step.SETTLING;
        // Only the first line: what follows may quote a row.
        String said = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        String name = table.identity().quotedName();
        if (LOCKED.contains(state)) {
            return new Obstacle(
                    settling ? settling() : "nothing can be read from " + name,
                    "somebody holds a lock (" + said + ")",
                    whoHolds(settling ? concerned() : Stream.of(name)));
        }
        if (settling && state.length() == 5 && REFUSED.contains(state.substring(0, 2))) {
            return new Obstacle(
                    settling(),
                    "a constraint or a trigger refuses it (" + said + ")",
                    "change it, or what it objects to; until then the rows stay where they are, and the relay goes on by itself");
        }
        throw error;
    }

    private String settling() {
        String name = table.identity().quotedName();
        if (table.retained() instanceof OutboxTable.Archived archived) {
            return "published rows cannot be moved from " + name + " to " + archived.archive();
        }
        return "published rows cannot be deleted from " + name;
    }

    /** The tables that settling writes to. */
    private Stream<String> concerned() {
        String name = table.identity().quotedName();
        if (table.retained() instanceof OutboxTable.Archived archived) {
            return Stream.of(name, archived.archive());
        }
        return Stream.of(name);
    }

    /** How to find out who it is; those who wait for the same lock are not told apart from who holds it. */
    private static String whoHolds(Stream<String> tables) {
        return "end the transaction that holds it, the oldest of SELECT pid, xact_start, state, query FROM pg_stat_activity"
                + " WHERE pid IN (SELECT pid FROM pg_locks WHERE relation IN ("
                + tables.map(name -> Identifiers.literal(name) + "::regclass").collect(Collectors.joining(", "))
                + ")) ORDER BY xact_start; the relay goes on by itself";
    }
}
