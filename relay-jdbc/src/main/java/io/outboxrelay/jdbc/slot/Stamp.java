package io.outboxrelay.jdbc.slot;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.LogReaderCheck;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * What the owner's SQL notes on the publication: since when at the latest it stands as it is. A slot that was made behind that
 * place decodes nothing that the publication does not cover. PostgreSQL itself keeps no record of when a publication was made or
 * changed, only of the transaction, and to compare that with the slot's horizon says nothing where another slot or a long
 * transaction holds the horizon back.
 *
 * @param version of the publication that stood, see {@link PublicationFound#version}
 * @param sinceLsn a place in the log behind its commit
 * @param insteadOf the stored position that an operator gave up with it, as {@link StreamPosition#name}, or null
 * @param transaction before which all had ended when it was made, as a {@code xid8}; null in one of a version that did not note it. Neither
 *     another slot nor a horizon of anybody's holds that back
 * @param made what was noted of the slot once that was made, or null
 */
record Stamp(
        String version,
        long sinceLsn,
        @Nullable String insteadOf,
        @Nullable Long transaction,
        @Nullable Made made) {

    /**
     * Which rows a slot can have left out. It gives what commits behind its place, and a transaction that committed before that place had
     * its number by then. A snapshot would not do instead: one who waits for a synchronous standby has committed in the log and is still
     * at work in every snapshot.
     *
     * @param lsn the place up to where the slot was told; one that is made anew, or was read from, has another
     * @param before a transaction, as a {@code xid8}, that was begun once the slot stood there: no younger one is left out
     */
    record Made(long lsn, long before) {}

    private static final String PREFIX = LogReaderCheck.NOTE;
    private static final String LEAVING_ROWS = " leaving rows";
    private static final String FROM = " from ";
    private static final String BEFORE = " before ";
    private static final Pattern TEXT = Pattern.compile(PREFIX
            + "([0-9./]+) since ([0-9A-F]{1,8}/[0-9A-F]{1,8})(?: at (\\d{1,18}))?(?: instead of (\\d+/\\d+/[0-9A-F]+/[0-9A-F]+))?(?:"
            + LogReaderCheck.NOTED_SLOT + "[a-z0-9_]+(?:" + FROM + "([0-9A-F]{1,8}/[0-9A-F]{1,8})" + BEFORE
            + "(\\d{1,18}))?)?(?:"
            + LEAVING_ROWS + ")?");

    /** What a comment says; null where it is none of the relay's. */
    static @Nullable Stamp of(@Nullable String comment) {
        Matcher parts = TEXT.matcher(comment == null ? "" : comment);
        return parts.matches()
                ? new Stamp(
                        parts.group(1),
                        lsn(parts.group(2)),
                        parts.group(4),
                        parts.group(3) == null ? null : Long.valueOf(parts.group(3)),
                        parts.group(5) == null ? null : new Made(lsn(parts.group(5)), Long.parseLong(parts.group(6))))
                : null;
    }

    private static long lsn(String text) {
        return LogSequenceNumber.valueOf(text).asLong();
    }

    /** Whether a comment ends with an operator's word that rows from before the slot need not be published. */
    static boolean leavesRows(@Nullable String comment) {
        return comment != null && comment.contains(PREFIX.strip()) && comment.endsWith(LEAVING_ROWS);
    }

    /** The comment with that word, and all that it said before. */
    static String leavingRows(@Nullable String comment) {
        String before = comment == null ? "" : comment + (comment.contains(PREFIX) ? "" : "; ");
        return before + (before.contains(PREFIX) ? "" : PREFIX.strip()) + LEAVING_ROWS;
    }

    /** Whether it says that this publication stood before anything that this slot has yet to decode. */
    boolean proves(PublicationFound publication, SlotFound slot) {
        Long restart = slot.place().restartLsn();
        return version.equals(publication.version()) && restart != null && sinceLsn <= restart;
    }

    /** What it says of the slot as it stands; null where it says nothing, or means one that stood elsewhere. */
    @Nullable
    Made madeFor(SlotFound slot) {
        return made != null && Long.valueOf(made.lsn()).equals(slot.place().confirmedLsn()) ? made : null;
    }

    /**
     * The statement that makes one, in a transaction behind the one that made the publication: in the same it does nothing, as
     * that commits only later.
     *
     * @param request names the publication, and the slot by which it is read, for whoever polls the table later
     * @param insteadOf null unless a stored position is given up
     * @param condition for which nothing is done unless it holds
     */
    static String statement(SlotRequest request, @Nullable StreamPosition insteadOf, String condition) {
        String publication = Identifiers.literal(request.publication());
        return "DO $stamp$ DECLARE said text := (SELECT concat('" + PREFIX
                + "', p.oid, '.', p.xmin, '/' || r.oid || '.' || r.xmin, ' since ', pg_current_wal_insert_lsn(), ' at ', pg_snapshot_xmin(pg_current_snapshot())"
                + (insteadOf == null ? "" : ", ' instead of " + insteadOf.name() + "'")
                + ", " + Identifiers.literal(LogReaderCheck.NOTED_SLOT + request.slot())
                + ") FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid WHERE p.pubname = "
                + publication + " AND pg_current_xact_id_if_assigned() IS NULL AND " + condition
                + "); BEGIN IF said IS NOT NULL THEN EXECUTE format('COMMENT ON PUBLICATION %I IS %L', " + publication
                + ", said); END IF; END $stamp$";
    }

    /**
     * The statement that completes one by {@link Made}, once the slot is made. However late it comes, what it notes is true; where it comes
     * twice, or the comment is none that {@link #statement} made for this slot, it does nothing.
     */
    static String slotStatement(SlotRequest request) {
        String publication = Identifiers.literal(request.publication());
        String suffix = Identifiers.literal(LogReaderCheck.NOTED_SLOT + request.slot());
        // The place before the transaction: in a single query their order would be the server's to choose.
        return "DO $slot$ DECLARE place pg_lsn := (SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = "
                + Identifiers.literal(request.slot()) + ");"
                + " said text := (SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = "
                + publication + "); BEGIN IF place IS NOT NULL AND said LIKE '" + PREFIX + "%' AND right(said, length("
                + suffix + ")) = " + suffix + " THEN EXECUTE format('COMMENT ON PUBLICATION %I IS %L', " + publication
                + ", concat(said, '" + FROM + "', place, '" + BEFORE
                + "', pg_current_xact_id())); END IF; END $slot$";
    }
}
