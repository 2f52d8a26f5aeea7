package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.MySqlTable;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a repair of MySQL's log would do, by what was found. Immutable.
 *
 * @param plan for people
 * @param diagnosis of the log and the stored place
 * @param query of the rows that stand; null where nothing is to be read
 */
record MySqlProspect(
        RepairPlan plan, MySqlDiagnosis diagnosis, @Nullable MySqlQuery query) {

    private static final String STILL_STOPS =
            "a relay that stops all the same, in front of something in the log that it cannot read, is helped by --begin-anew:"
                    + " what stands in the table is published, and the log in front of that is given up";

    /** By what was found of everything but the table, which is looked at where there is anything to do. */
    static MySqlProspect of(RepairRequest request, MySqlTable table, MySqlDiagnosis diagnosis, LockPatience patience) {
        if (!request.dropsSlot()) {
            if (diagnosis.isDoneButForTheNote()) {
                return withoutTable(
                        diagnosis,
                        List.of("remove the note that a repair was begun: all of it is published and stored"),
                        List.of());
            }
            if (diagnosis.isSound()) {
                return withoutTable(diagnosis, List.of(), List.of(STILL_STOPS));
            }
        }
        ConnectionSettings reader = request.reader();
        Connection connection = MySqlSetup.open(reader);
        try {
            return ofTable(request, connection, table, diagnosis, patience);
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, reader));
        } finally {
            MySqlSetup.close(connection);
        }
    }

    private static MySqlProspect withoutTable(MySqlDiagnosis diagnosis, List<String> steps, List<String> notes) {
        return new MySqlProspect(new RepairPlan(diagnosis.seen(), steps, notes, null), diagnosis, null);
    }

    private static MySqlProspect refused(MySqlDiagnosis diagnosis, List<String> seen, List<Problem> problems) {
        Failure refusal = new Failure(FailureKind.MISCONFIGURED, problems, null);
        return new MySqlProspect(new RepairPlan(seen, List.of(), List.of(), refusal), diagnosis, null);
    }

    private static MySqlProspect ofTable(
            RepairRequest request,
            Connection connection,
            MySqlTable table,
            MySqlDiagnosis diagnosis,
            LockPatience patience)
            throws SQLException {
        List<String> seen = diagnosis.seen();
        MySqlStandingTable standing = MySqlStandingTable.find(connection, table);
        List<Problem> problems = new ArrayList<>();
        if (standing == null) {
            problems.add(mayNot("read", table, connection));
            return refused(diagnosis, seen, problems);
        }
        StandingTable.Ordering ordering = standing.ordering(request.order());
        for (Problem problem : new Problem[] {standing.unreadable(), ordering.problem()}) {
            if (problem != null) {
                problems.add(problem);
            }
        }
        SQLException unlockable = MySqlSnapshot.unlockable(connection, table);
        if (unlockable != null) {
            problems.add(mayNot("lock", table, connection));
        }
        if (!problems.isEmpty()) {
            return refused(diagnosis, seen, problems);
        }
        MySqlQuery query = MySqlQuery.of(request, standing, ordering);
        Problem unplanned = query.problem(connection, standing);
        if (unplanned != null) {
            return refused(diagnosis, seen, List.of(unplanned));
        }
        long rows = standing.count(connection);
        seen.add("table " + table.quoted() + ": " + rows + " rows stand");
        RepairPlan plan =
                new RepairPlan(seen, steps(diagnosis, table, ordering, patience), consequences(diagnosis, rows), null);
        return new MySqlProspect(plan, diagnosis, query);
    }

    private static Problem mayNot(String what, MySqlTable table, Connection connection) throws SQLException {
        List<String> user = MySqlSetup.row(connection, "SELECT CURRENT_USER()");
        String name = user == null ? "the user" : user.get(0);
        int at = name.lastIndexOf('@');
        String quoted =
                at < 0 ? name : "'" + name.substring(0, at).replace("'", "''") + "'@'" + name.substring(at + 1) + "'";
        return new Problem(
                name + " may not " + what + " " + table + ", whose rows a repair publishes as of one place in the log",
                "give --admin USER, who may; or GRANT SELECT ON " + table.quoted() + " TO " + quoted
                        + "; GRANT LOCK TABLES ON `" + table.database().replace("`", "``") + "`.* TO " + quoted);
    }

    private static List<String> steps(
            MySqlDiagnosis diagnosis, MySqlTable table, StandingTable.Ordering ordering, LockPatience patience) {
        return List.of(
                "note where the position is stored that a repair has begun"
                        + (diagnosis.begun() == null ? "" : ", which starts the whole anew")
                        + ": no relay reads until it has ended",
                "LOCK TABLES " + table.quoted()
                        + " READ, or WRITE where that does not get its turn; START TRANSACTION WITH CONSISTENT"
                        + " SNAPSHOT; ask where the log ends; UNLOCK TABLES. It is given up after " + patience.seconds()
                        + " s if somebody who wrote to the table does not end; writers wait for at most "
                        + patience.heldSeconds() + " s in a row",
                "publish what stands in " + table.quoted() + " in that snapshot, " + ordering.said(),
                "store that place and the columns of then, and remove the note; then start the relay");
    }

    private static List<String> consequences(MySqlDiagnosis diagnosis, long rows) {
        return List.of(
                "every row that stands is published, now about " + rows
                        + ": those that were published before are repeated, with the same ids",
                "what was inserted and deleted again"
                        + (diagnosis.stored() == null
                                ? ""
                                : " since " + diagnosis.stored().mark())
                        + ", unpublished, stands nowhere any more and is not brought back");
    }
}
