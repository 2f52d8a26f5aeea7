package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether what is to become of published rows can become of them. */
final class RetentionCheck {

    private final Catalog catalog;
    private final FoundTable outbox;
    private final List<Problem> problems;

    RetentionCheck(Catalog catalog, FoundTable outbox, List<Problem> problems) {
        this.catalog = catalog;
        this.outbox = outbox;
        this.problems = problems;
    }

    /**
     * What was found.
     *
     * @param retained where published rows are to be found, or null where that would not do
     * @param written a table that the relay may write to, and whose locks hence show whether locks are seen; null where there is none
     * @param storedTop up to which number a state says that this outbox is published: the lowest number where none does, the highest
     *     where that cannot be found out
     */
    record Outcome(OutboxTable.@Nullable Retained retained, Canary.@Nullable Perch written, long storedTop) {

        static Outcome stateless(OutboxTable.@Nullable Retained retained, Canary.Perch written) {
            return new Outcome(retained, written, Long.MIN_VALUE);
        }
    }

    /** What becomes of published rows, for people. */
    static String shown(OutboxRetention wanted, OutboxTable.@Nullable Retained retained) {
        if (retained instanceof OutboxTable.Archived archived) {
            return "published rows go to " + archived.archive();
        }
        if (retained instanceof OutboxTable.Kept kept) {
            return "published rows stay, " + kept.stateTable() + " says how far publishing got";
        }
        return wanted.removesRows() ? "published rows are deleted" : "published rows stay";
    }

    /** @param columns all of the outbox's, in its order */
    Outcome check(OutboxRetention wanted, List<FoundColumn> columns, PrivilegeChecks privileges) throws SQLException {
        Canary.Perch itself = new Canary.Perch(outbox.oid(), outbox.quotedName());
        if (wanted instanceof OutboxRetention.Archive archive) {
            return Outcome.stateless(
                    new ArchiveCheck(catalog, outbox, problems).check(archive, columns, privileges), itself);
        }
        if (wanted instanceof OutboxRetention.Keep keep) {
            int problemsBefore = problems.size();
            StateTableCheck check = new StateTableCheck(catalog, outbox, problems);
            SideTable states = check.check(keep, privileges);
            if (states == null) {
                return new Outcome(null, null, Long.MAX_VALUE);
            }
            return new Outcome(
                    new OutboxTable.Kept(states.quotedName()),
                    new Canary.Perch(states.oid(), states.quotedName()),
                    problems.size() > problemsBefore ? Long.MAX_VALUE : check.storedTop(states));
        }
        if (wanted instanceof OutboxRetention.Delete) {
            return Outcome.stateless(new OutboxTable.Deleted(), itself);
        }
        // Whatever comes to be wanted one day, it must not be taken for leave to delete.
        throw new IllegalStateException("published rows are to be " + wanted);
    }

    /**
     * How to create what an outbox that is not there yet needs beside it, behind the statements that create it. Nothing for a name
     * that cannot be read, about which the next inspection complains.
     */
    static String creation(TableName outbox, OutboxRetention wanted, String role) {
        try {
            return wanted instanceof OutboxRetention.Archive archive
                    ? archive(outbox, archive, role)
                    : wanted instanceof OutboxRetention.Keep keep ? states(outbox, keep, role) : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String archive(TableName outbox, OutboxRetention.Archive wanted, String role) {
        TableName name = ArchiveCheck.wanted(wanted, outbox.table()).in(String.valueOf(outbox.schema()));
        return inItsSchema(outbox, name, role) + ArchiveCheck.creation(name.quoted(), outbox.quoted(), role);
    }

    private static String states(TableName outbox, OutboxRetention.Keep wanted, String role) {
        TableName name = StateTableCheck.wanted(wanted).in(String.valueOf(outbox.schema()));
        return inItsSchema(outbox, name, role) + StateTableCheck.creation(name.quoted(), role);
    }

    private static String inItsSchema(TableName outbox, TableName beside, String role) {
        String schema = String.valueOf(beside.schema());
        return schema.equals(outbox.schema()) ? "; " : "; " + SideTables.schemaCreation(schema, role);
    }
}
