package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/** Whether a sequence hands out every number once and in the order in which it is asked. */
final class SequenceChecks {
    private static final String SEQUENCE = """
            SELECT format('%I.%I', n.nspname, c.relname), s.seqtypid = 'int8'::regtype, s.seqincrement, s.seqcache, s.seqcycle,
                   c.relpersistence = 'p'
              FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = ?::oid""";

    private record Found(
            String quotedName, boolean bigint, long increment, long cache, boolean cycle, boolean permanent) {}

    private final Catalog catalog;
    private final FoundTable table;
    private final List<Problem> problems;

    SequenceChecks(Catalog catalog, FoundTable table, List<Problem> problems) {
        this.catalog = catalog;
        this.table = table;
        this.problems = problems;
    }

    /** Says what is wrong with the sequence's definition, and returns its quoted name. */
    String checkDefinition(long oid) throws SQLException {
        Found found = Objects.requireNonNull(catalog.first(
                SEQUENCE,
                row -> new Found(
                        row.getString(1),
                        row.getBoolean(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getBoolean(5),
                        row.getBoolean(6)),
                oid));
        String name = "sequence " + found.quotedName();
        String alter = "ALTER SEQUENCE " + found.quotedName();
        if (!found.bigint()) {
            problems.add(new Problem(
                    name + " is not bigint and would run out of numbers", alter + " AS bigint" + WayOut.other(table)));
        }
        if (found.increment() != 1) {
            problems.add(new Problem(
                    name + " counts in steps of " + found.increment()
                            + ": its clients make up the numbers between (pooled ids)",
                    alter + " INCREMENT BY 1 -- and have the application draw every number by itself"
                            + WayOut.orOther(table)));
        }
        if (found.cache() != 1) {
            problems.add(new Problem(
                    name + " has CACHE " + found.cache()
                            + ": sessions keep numbers and use them long after higher ones",
                    alter + " CACHE 1 -- then have the application connect anew: its sessions still hold numbers"
                            + WayOut.orOther(table)));
        }
        if (found.cycle()) {
            problems.add(
                    new Problem(name + " starts over at its end (CYCLE)", alter + " NO CYCLE" + WayOut.other(table)));
        }
        if (!found.permanent()) {
            problems.add(new Problem(
                    name + " is unlogged or temporary: a crash sets it back",
                    alter + " SET LOGGED" + WayOut.other(table)));
        }
        return found.quotedName();
    }

    /**
     * Says whether rows stand above the last number drawn: they were written with numbers that will be drawn again. Reads a piece
     * of the index above that number only, and asks for the number again afterwards, since writers go on meanwhile.
     *
     * @param storedTop up to which number a state says that the outbox is published. Where that is above what was drawn, nothing is
     *     said here: the remedy would hide from the state that numbers were drawn again, and those rows would be lost. Who goes by
     *     the state says it, and knows what to do
     */
    OutboxTable.Sequence checkLastDrawn(long oid, String quotedName, FoundColumn column, long storedTop)
            throws SQLException {
        long filenode = Objects.requireNonNull(
                catalog.first("SELECT pg_relation_filenode(?::oid::regclass)::bigint", row -> row.getLong(1), oid));
        OutboxTable.Sequence before = new OutboxTable.Sequence(oid, quotedName, filenode, 0);
        long lastBefore = lastDrawn(before);
        Long highest = catalog.first(
                "SELECT " + column.quotedName() + " FROM " + table.quotedName() + " WHERE " + column.quotedName()
                        + " > ? ORDER BY " + column.quotedName() + " DESC LIMIT 1",
                row -> row.getLong(1),
                lastBefore);
        long last = lastDrawn(before);
        if (highest != null && highest > last && storedTop <= lastBefore) {
            String literal = Identifiers.literal(quotedName);
            problems.add(new Problem(
                    "rows of " + table.quotedName() + " have numbers up to " + highest + ", but sequence " + quotedName
                            + " has drawn only up to " + last + ": it would draw theirs again",
                    "SELECT setval(" + literal + ", GREATEST((SELECT max(" + column.quotedName() + ") FROM "
                            + table.quotedName() + "), (SELECT last_value FROM " + quotedName + ")))"
                            + WayOut.other(table)));
        }
        return new OutboxTable.Sequence(oid, quotedName, filenode, lastBefore);
    }

    private long lastDrawn(OutboxTable.Sequence sequence) throws SQLException {
        return Objects.requireNonNull(catalog.first(sequence.lastDrawnSql(), row -> row.getLong(1)));
    }
}
