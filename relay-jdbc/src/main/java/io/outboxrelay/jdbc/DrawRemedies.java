package io.outboxrelay.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The statements that make a column draw its numbers soundly, for one table and column. */
final class DrawRemedies {

    /** From 17 on the partitions of a table share its identity. */
    private static final int PARTITIONED_IDENTITY_VERSION = 170_000;

    private final Catalog catalog;
    private final FoundTable table;
    private final FoundColumn column;
    private final String role;

    /** @param role the relay's role, quoted */
    DrawRemedies(Catalog catalog, FoundTable table, FoundColumn column, String role) {
        this.catalog = catalog;
        this.table = table;
        this.column = column;
        this.role = role;
    }

    /** What else would do, as a comment. */
    String wayOut() {
        return WayOut.other(table);
    }

    String column() {
        return "column " + column.quotedName();
    }

    String generatedAlways() {
        return alter() + " SET GENERATED ALWAYS" + wayOut();
    }

    String enableAlways(DrawFacts facts, DrawFacts.Trigger trigger) {
        return "ALTER TABLE " + facts.member().quotedName() + " ENABLE ALWAYS TRIGGER " + trigger.quotedName()
                + wayOut();
    }

    /** Where a sequence is there: an identity that goes on behind it, or, where there are partitions, a trigger that draws from it. */
    String fromSequence(long sequence) throws SQLException {
        return table.hasChildren() ? trigger(sequence) : identity(sequence) + wayOut();
    }

    String fromNothing() throws SQLException {
        boolean identity = !table.hasChildren()
                || (table.partitioned()
                        && catalog.holds("SELECT current_setting('server_version_num')::int >= "
                                + PARTITIONED_IDENTITY_VERSION));
        if (identity) {
            return identity(null) + wayOut();
        }
        String fresh = newSequence();
        return "CREATE SEQUENCE " + fresh + "; " + restart(fresh, "") + "; GRANT SELECT ON SEQUENCE " + fresh + " TO "
                + role + "; " + triggerStatements(fresh) + wayOut();
    }

    /** A trigger that draws from a sequence that is there, on the table at the top: its partitions take it over. */
    String trigger(long sequence) throws SQLException {
        return triggerStatements(name(sequence)) + wayOut();
    }

    /** The trigger goes; what numbers the rows then is said by the next inspection, or is sound already. */
    String replaced(DrawFacts facts, DrawFacts.Trigger trigger) throws SQLException {
        String drop = "DROP TRIGGER " + trigger.quotedName() + " ON " + table.quotedName();
        Long own = facts.ownSequence();
        return facts.identity() == 'a'
                ? drop + wayOut()
                : own == null ? drop + "; " + fromNothing() : drop + "; " + triggerStatements(name(own)) + wayOut();
    }

    /** The trigger's number wins over the column's own, so the column gives its own up. */
    String withoutOwnSequence(DrawFacts facts, DrawFacts.Trigger trigger) throws SQLException {
        Long own = facts.ownSequence();
        String giveUp = facts.identity() != ' '
                ? alter() + " DROP IDENTITY"
                : alter() + " DROP DEFAULT" + (own == null ? "" : "; ALTER SEQUENCE " + name(own) + " OWNED BY NONE");
        return giveUp + "; ALTER TABLE " + table.quotedName() + " ENABLE ALWAYS TRIGGER " + trigger.quotedName()
                + wayOut();
    }

    private String identity(@Nullable Long former) throws SQLException {
        String fresh = newSequence();
        return "BEGIN; LOCK TABLE " + table.quotedName() + " IN ACCESS EXCLUSIVE MODE; " + alter()
                + " DROP DEFAULT, ALTER COLUMN "
                + column.quotedName() + " SET NOT NULL; " + alter()
                + " ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME " + fresh + "); "
                + restart(fresh, former == null ? "" : ", (SELECT last_value FROM " + name(former) + ")")
                + "; GRANT SELECT ON SEQUENCE "
                + fresh + " TO " + role + "; COMMIT";
    }

    /** Puts a new sequence behind every number that was drawn before. */
    private String restart(String sequence, String further) {
        return "SELECT setval(" + Identifiers.literal(sequence) + ", GREATEST(0, (SELECT max(" + column.quotedName()
                + ") FROM " + table.quotedName() + ")" + further + ") + 1, false)";
    }

    private String triggerStatements(String sequence) {
        String function = Identifiers.quote(table.schema())
                + '.'
                + Identifiers.quote(NewOutbox.sequenceName(table.name(), column.name()));
        // The last in alphabetical order fires last: nothing may change the number behind it.
        String trigger = "zz_outbox_number";
        return "CREATE OR REPLACE FUNCTION " + function + "() RETURNS trigger LANGUAGE plpgsql AS $draw$BEGIN NEW."
                + column.quotedName()
                + " := nextval(" + Identifiers.literal(sequence) + "); RETURN NEW; END$draw$; CREATE TRIGGER " + trigger
                + " BEFORE INSERT ON " + table.quotedName() + " FOR EACH ROW EXECUTE FUNCTION " + function
                + "(); ALTER TABLE "
                + table.quotedName() + " ENABLE ALWAYS TRIGGER " + trigger;
    }

    private String newSequence() {
        return Identifiers.quote(table.schema())
                + '.'
                + Identifiers.quote(NewOutbox.sequenceName(table.name(), column.name()));
    }

    private String name(long sequence) throws SQLException {
        return catalog.text(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE c.oid = ?::oid",
                sequence);
    }

    private String alter() {
        return "ALTER TABLE " + table.quotedName() + " ALTER COLUMN " + column.quotedName();
    }
}
