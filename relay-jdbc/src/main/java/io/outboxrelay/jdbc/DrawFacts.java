package io.outboxrelay.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one table of the tree gets its sequence numbers, as the catalogs have it.
 *
 * @param member the table
 * @param identity 'a' always, 'd' by default, ' ' none
 * @param ownSequence the sequence of the identity, the default or the ownership, in this order, or null
 * @param fromDefault whether the column's default draws from it
 * @param triggers the BEFORE INSERT row triggers that set the column, or may, in firing order
 */
record DrawFacts(
        FoundTable.Member member,
        char identity,
        @Nullable Long ownSequence,
        boolean fromDefault,
        List<DrawFacts.Trigger> triggers) {

    private static final String IDENTITY =
            "SELECT attidentity FROM pg_attribute WHERE attrelid = ?::oid AND attname = ?";

    /** Partitions share the identity of the table at the top, from 17 on; the dependency is the top's alone. */
    private static final String OWN_SEQUENCE = """
            SELECT s.oid, d.how FROM (
              SELECT CASE deptype WHEN 'i' THEN 1 ELSE 3 END how, objid seq, refobjid rel, refobjsubid att FROM pg_depend
               WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
              UNION ALL
              SELECT 2, dd.refobjid, ad.adrelid, ad.adnum FROM pg_attrdef ad JOIN pg_depend dd
                  ON dd.classid = 'pg_attrdef'::regclass AND dd.objid = ad.oid AND dd.refclassid = 'pg_class'::regclass
               WHERE pg_get_expr(ad.adbin, ad.adrelid) LIKE 'nextval(%') d
              JOIN pg_class s ON s.oid = d.seq AND s.relkind = 'S'
              JOIN pg_attribute a ON a.attrelid = d.rel AND a.attnum = d.att
             WHERE d.rel = ?::oid AND a.attname = ? ORDER BY d.how LIMIT 1""";

    /** BEFORE INSERT FOR EACH ROW are the bits 2, 4 and 1. A partition's copy of a trigger passes for internal before 15. */
    private static final String TRIGGERS = """
            SELECT quote_ident(t.tgname), t.tgenabled, t.tgqual IS NOT NULL, l.lanname, p.prosrc, pn.nspname
              FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
              JOIN pg_namespace pn ON pn.oid = p.pronamespace
             WHERE t.tgrelid = ?::oid AND t.tgtype & 7 = 7 AND t.tgtype & 64 = 0 AND (NOT t.tgisinternal OR t.tgparentid <> 0)
             ORDER BY t.tgname""";

    /**
     * @param quotedName its name
     * @param enabled as in {@code pg_trigger}: 'O' origin, 'A' always, 'R' replica, 'D' disabled
     * @param body what it does, a WHEN condition taken for a branch
     */
    record Trigger(String quotedName, char enabled, TriggerBody body) {
        boolean fires() {
            return enabled != 'D';
        }
    }

    private record Own(long sequence, int how) {}

    static DrawFacts read(Catalog catalog, FoundTable table, FoundTable.Member member, FoundColumn column)
            throws SQLException {
        String identity =
                Objects.requireNonNull(catalog.first(IDENTITY, row -> row.getString(1), member.oid(), column.name()));
        Own own = own(catalog, member.oid(), column);
        if (own == null && !identity.isEmpty()) {
            own = own(catalog, table.oid(), column);
        }
        List<Trigger> triggers = catalog.list(
                TRIGGERS,
                row -> {
                    TriggerBody body = TriggerBody.read(row.getString(4), row.getString(5), column.name());
                    boolean sometimes = row.getBoolean(3) && !(body instanceof TriggerBody.LeavesAlone);
                    return new Trigger(
                            row.getString(1), row.getString(2).charAt(0), sometimes ? new TriggerBody.Unclear() : body);
                },
                member.oid());
        return new DrawFacts(
                member,
                identity.isEmpty() ? ' ' : identity.charAt(0),
                own == null ? null : own.sequence(),
                own != null && own.how() == 2,
                triggers.stream()
                        .filter(trigger -> !(trigger.body() instanceof TriggerBody.LeavesAlone))
                        .toList());
    }

    private static @Nullable Own own(Catalog catalog, long relation, FoundColumn column) throws SQLException {
        return catalog.first(OWN_SEQUENCE, row -> new Own(row.getLong(1), row.getInt(2)), relation, column.name());
    }
}
