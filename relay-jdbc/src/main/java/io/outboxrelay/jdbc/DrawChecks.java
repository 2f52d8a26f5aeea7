package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether every row's number is drawn from one sequence whatever the application writes: by GENERATED ALWAYS identity, or by a
 * BEFORE INSERT FOR EACH ROW trigger that is ENABLE ALWAYS. A default alone is not enough, since a row may bring a number
 * of its own, which would appear below the frontier after its gap was given up.
 */
final class DrawChecks {
    private static final String BY_NAME = """
            SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'S' AND c.relname = ? AND (?::name IS NULL OR n.nspname = ?::name)""";

    private final Catalog catalog;
    private final DrawRemedies remedies;
    private final List<Problem> problems;

    DrawChecks(Catalog catalog, DrawRemedies remedies, List<Problem> problems) {
        this.catalog = catalog;
        this.remedies = remedies;
        this.problems = problems;
    }

    /** The oid of the one sequence that numbers come from, sound or not, or null after saying why none can be told. */
    @Nullable
    Long sequence(FoundTable table, FoundColumn column) throws SQLException {
        Set<Long> sequences = new LinkedHashSet<>();
        List<DrawFacts> undrawn = new ArrayList<>();
        // A partitioned table that has no partition yet: its own definition is what they will get.
        List<FoundTable.Member> members = table.storage().isEmpty() ? table.tree() : table.storage();
        for (FoundTable.Member member : members) {
            DrawFacts facts = DrawFacts.read(catalog, table, member, column);
            Long drawn = facts.triggers().stream().anyMatch(DrawFacts.Trigger::fires)
                    ? byTriggers(facts)
                    : byColumn(facts, undrawn);
            if (drawn != null) {
                sequences.add(drawn);
            }
        }
        if (!undrawn.isEmpty()) {
            sayUndrawn(undrawn);
        }
        if (sequences.size() > 1) {
            problems.add(new Problem(
                    "the partitions of " + table.quotedName() + " draw " + column.quotedName() + " from "
                            + sequences.size() + " sequences",
                    remedies.trigger(sequences.iterator().next())));
        }
        return sequences.isEmpty() ? null : sequences.iterator().next();
    }

    private @Nullable Long byColumn(DrawFacts facts, List<DrawFacts> undrawn) throws SQLException {
        if (facts.identity() == 'a') {
            return facts.ownSequence();
        }
        for (DrawFacts.Trigger trigger : facts.triggers()) {
            // Disabled, but what it would do is right: to turn it on is less than to build anything.
            if (trigger.body() instanceof TriggerBody.Draws draws && resolve(draws.sequence()) != null) {
                sayNotAlways(facts, trigger);
                return resolve(draws.sequence());
            }
        }
        undrawn.add(facts);
        return facts.ownSequence();
    }

    private @Nullable Long byTriggers(DrawFacts facts) throws SQLException {
        String name = facts.member().quotedName();
        Long drawn = null;
        for (DrawFacts.Trigger trigger : facts.triggers()) {
            if (!trigger.fires()) {
                continue;
            }
            String shown = "trigger " + trigger.quotedName() + " of " + name;
            if (!(trigger.body() instanceof TriggerBody.Draws draws)) {
                problems.add(new Problem(
                        shown + " may set the sequence column to something else than a fresh number",
                        remedies.replaced(facts, trigger)));
                drawn = drawn == null ? facts.ownSequence() : drawn;
                continue;
            }
            Long sequence = resolve(draws.sequence());
            if (sequence == null) {
                problems.add(new Problem(
                        shown + " draws from '" + draws.sequence()
                                + "', which is not one sequence: none or several have that name",
                        remedies.replaced(facts, trigger)));
                continue;
            }
            if (drawn != null && !drawn.equals(sequence)) {
                problems.add(new Problem(
                        shown + " draws from another sequence than the trigger that fires before it",
                        "DROP TRIGGER " + trigger.quotedName() + " ON " + name + remedies.wayOut()));
                continue;
            }
            boolean another =
                    facts.ownSequence() != null && !facts.ownSequence().equals(sequence);
            if (another) {
                problems.add(new Problem(
                        shown + " draws from another sequence than the column's own: two sources number the rows",
                        remedies.withoutOwnSequence(facts, trigger)));
            } else if (trigger.enabled() != 'A' && facts.identity() != 'a') {
                sayNotAlways(facts, trigger);
            }
            drawn = sequence;
        }
        return drawn;
    }

    private void sayNotAlways(DrawFacts facts, DrawFacts.Trigger trigger) {
        problems.add(new Problem(
                "trigger " + trigger.quotedName() + " of " + facts.member().quotedName()
                        + " is not ENABLE ALWAYS: rows that replication writes keep foreign numbers",
                remedies.enableAlways(facts, trigger)));
    }

    private void sayUndrawn(List<DrawFacts> undrawn) throws SQLException {
        DrawFacts first = undrawn.get(0);
        String names = String.join(
                ", ",
                undrawn.stream()
                        .limit(3)
                        .map(facts -> facts.member().quotedName())
                        .toList());
        String where = names + (undrawn.size() > 3 ? " and " + (undrawn.size() - 3) + " more" : "");
        if (first.identity() == 'd') {
            problems.add(new Problem(
                    remedies.column() + " of " + where
                            + " is GENERATED BY DEFAULT: a row may bring a number of its own",
                    remedies.generatedAlways()));
        } else if (first.ownSequence() != null) {
            problems.add(new Problem(
                    remedies.column() + " of " + where
                            + (first.fromDefault()
                                    ? " has a plain default (serial)"
                                    : " owns a sequence but does not draw from it")
                            + ": a row may bring a number of its own",
                    remedies.fromSequence(first.ownSequence())));
        } else {
            problems.add(new Problem(
                    remedies.column() + " of " + where + " is drawn from no sequence", remedies.fromNothing()));
        }
    }

    /** The one sequence of that name, or null. The search path of whoever inserts is not known, so a bare name must be unique. */
    private @Nullable Long resolve(String written) throws SQLException {
        TableName name;
        try {
            name = TableName.parse(written);
        } catch (IllegalArgumentException e) {
            return null;
        }
        List<Long> sequences = catalog.list(BY_NAME, row -> row.getLong(1), name.table(), name.schema(), name.schema());
        return sequences.size() == 1 ? sequences.get(0) : null;
    }
}
