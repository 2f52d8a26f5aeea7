package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.PolledRows;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.ReaderLock;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.jdbc.slot.StreamStatements;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a repair of a slot would do, by what was found. Immutable.
 *
 * @param plan for people
 * @param diagnosis of slot, publication and stored position
 * @param table null where nothing is to be read
 * @param ordering of its rows, null with it
 */
record RepairProspect(
        RepairPlan plan,
        RepairDiagnosis diagnosis,
        @Nullable StandingTable table,
        StandingTable.@Nullable Ordering ordering) {

    /** By what was found of everything but the table, which is looked at where there is anything to do. */
    static RepairProspect of(RepairRequest request, SlotRequest slot, RepairDiagnosis diagnosis) {
        List<String> seen = diagnosis.seen(slot);
        Failure obstacle = diagnosis.obstacle();
        if (obstacle != null) {
            return refused(diagnosis, seen, obstacle);
        }
        if (!request.dropsSlot()) {
            if (diagnosis.isDoneButForTheNote()) {
                return withoutTable(
                        diagnosis, seen, "remove the note that a repair was begun: all of it is published and stored");
            }
            if (diagnosis.isSound()) {
                if (diagnosis.stored() == null) {
                    return refused(diagnosis, seen, unread(slot, diagnosis));
                }
                return diagnosis.givenUp() ? refused(diagnosis, seen, givenUp(slot)) : withoutTable(diagnosis, seen);
            }
        }
        List<String> publishing = diagnosis.publicationStatements();
        if (!publishing.isEmpty() && request.admin() == null) {
            return refused(
                    diagnosis,
                    seen,
                    Failure.of(
                            FailureKind.MISCONFIGURED,
                            "publication " + slot.publication() + " has to be made, by the table's owner",
                            "give --admin ROLE, who will run: " + String.join("; ", publishing)));
        }
        return ofTable(request, slot, diagnosis, seen);
    }

    private static RepairProspect withoutTable(RepairDiagnosis diagnosis, List<String> seen, String... steps) {
        return new RepairProspect(new RepairPlan(seen, List.of(steps), List.of(), null), diagnosis, null, null);
    }

    private static RepairProspect refused(RepairDiagnosis diagnosis, List<String> seen, Failure failure) {
        return new RepairProspect(new RepairPlan(seen, List.of(), List.of(), failure), diagnosis, null, null);
    }

    private static Failure unread(SlotRequest slot, RepairDiagnosis diagnosis) {
        Long confirmed = Objects.requireNonNull(diagnosis.look().slot()).place().confirmedLsn();
        return Failure.of(
                FailureKind.MISCONFIGURED,
                "slot " + slot.slot()
                        + " is whole, and nothing was read from it as far as is stored: to drop it would lose what"
                        + " was inserted and deleted again since it stood at "
                        + StreamPosition.shown(Objects.requireNonNull(confirmed)),
                "outbox-relay run reads from it, and leaves out what stood in the table before; if that is to be published, as after"
                        + " polling, and nothing was deleted unpublished since, give --drop-slot");
    }

    private static Failure givenUp(SlotRequest slot) {
        return Failure.of(
                FailureKind.MISCONFIGURED,
                "the stored position was given up for the new slot " + slot.slot()
                        + ": what stands in the table from before that slot is not read",
                "outbox-relay run reads from the slot, and leaves that out; if it is to be published, give --drop-slot,"
                        + " by which what was inserted and deleted again since the slot was made is lost");
    }

    private static RepairProspect ofTable(
            RepairRequest request, SlotRequest slot, RepairDiagnosis diagnosis, List<String> seen) {
        Connection reader = SessionSetup.open(request.reader());
        try {
            StandingTable found = StandingTable.find(reader, Objects.requireNonNull(slot.table()));
            if (found == null) {
                // It was there a moment ago.
                return refused(
                        diagnosis,
                        seen,
                        Failure.of(FailureKind.TRANSIENT, "table " + slot.table() + " is gone", "run repair again"));
            }
            StandingTable table = diagnosis.afterPolling(reader, found);
            StandingTable.Ordering ordering = table.ordering(request.order());
            List<Problem> problems = new ArrayList<>();
            Problem unordered = ordering.problem() == null
                    ? Numbering.problem(reader, table, ordering, request.order())
                    : ordering.problem();
            for (Problem problem : new Problem[] {table.unreadable(), unordered}) {
                if (problem != null) {
                    problems.add(problem);
                }
            }
            if (!problems.isEmpty()) {
                return refused(diagnosis, seen, new Failure(FailureKind.MISCONFIGURED, problems, null));
            }
            Failure unplanned = unplanned(reader, request, slot, table, ordering);
            if (unplanned != null) {
                return refused(diagnosis, seen, unplanned);
            }
            StandingTable.Count rows = table.count(reader);
            seen.add("table " + table.quotedName() + ": " + rows.all() + " rows stand");
            if (table.polled() != null) {
                seen.add("polling: " + table.polled().stateTable() + " "
                        + table.polled().said());
            }
            if (!ReaderLock.isFree(reader, table.oid())) {
                return refused(diagnosis, seen, TableClaim.held(table));
            }
            RepairPlan plan = new RepairPlan(
                    seen, steps(request, slot, diagnosis, table, ordering), consequences(diagnosis, table, rows), null);
            return new RepairProspect(plan, diagnosis, table, ordering);
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, request.reader()));
        } finally {
            SessionSetup.close(reader);
        }
    }

    /** Before anything is given up: what the server would not even begin to read. */
    private static @Nullable Failure unplanned(
            Connection reader,
            RepairRequest request,
            SlotRequest slot,
            StandingTable table,
            StandingTable.Ordering ordering) {
        try {
            String query = StandingQuery.of(reader, request, slot, table, ordering);
            Problem problem = StandingQuery.problem(reader, query, table);
            return problem == null ? null : new Failure(FailureKind.MISCONFIGURED, List.of(problem), null);
        } catch (RelayException e) {
            return e.failure();
        }
    }

    private static List<String> steps(
            RepairRequest request,
            SlotRequest slot,
            RepairDiagnosis diagnosis,
            StandingTable table,
            StandingTable.Ordering ordering) {
        List<String> steps = new ArrayList<>();
        steps.add("note where the position is stored that a repair has begun"
                + (diagnosis.begun() == null ? "" : ", which starts the whole anew")
                + ": no relay reads until it has ended");
        if (diagnosis.look().slot() != null) {
            steps.add(new StreamStatements(slot).dropSlot() + ";");
        }
        diagnosis.publicationStatements().forEach(sql -> steps.add(sql + ";"));
        PostgresLog log = (PostgresLog) request.settings().log();
        steps.add(SlotMaking.command(
                        log.slot(), log.failover(), diagnosis.look().server().version())
                + ";");
        steps.add("publish what stands in " + table.quotedName()
                + (table.unpublished() == null ? "" : " and polling has not published") + " as of that slot, "
                + ordering.said());
        steps.add("store that slot's position, and remove the note; then start the relay");
        return steps;
    }

    private static List<String> consequences(RepairDiagnosis diagnosis, StandingTable table, StandingTable.Count rows) {
        List<String> consequences = new ArrayList<>();
        PolledRows.Found polled = table.polled();
        if (polled != null && polled.published() != null) {
            consequences.add("what polling published, now " + (rows.all() - rows.unpublished())
                    + " rows, is not published again: to have it published, too, delete what " + polled.stateTable()
                    + " says of this table");
        } else if (polled != null) {
            consequences.add("how far polling got cannot be relied on: " + polled.stateTable() + " " + polled.said()
                    + "; so what it published is published again");
        }
        consequences.add((table.unpublished() == null ? "every row that stands" : "every other row")
                + " is published, now about " + rows.unpublished()
                + ": those that were published before are repeated, with the same ids");
        StreamPosition stored = diagnosis.stored();
        consequences.add("what was inserted and deleted again"
                + (stored == null ? "" : " since " + StreamPosition.shown(stored.lsn()))
                + ", unpublished, stands nowhere any more and is not brought back");
        return consequences;
    }
}
