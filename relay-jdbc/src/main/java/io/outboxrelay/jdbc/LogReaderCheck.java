package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;

/**
 * Whether a relay reads the outbox from the log, or did: then polling is no way to go on until that slot is gone. What an application
 * inserts and deletes again stands nowhere but in the log, and a slot that nobody reads from keeps the log for ever. The relay's publication is
 * known by its usual name, or by the note that the owner's SQL leaves on it, which names the slot; a slot that such a note names is
 * taken for no other publication's.
 */
public final class LogReaderCheck {

    /** How a note on a publication begins that is the relay's. */
    public static final String NOTE = "outbox-relay: ";

    /** What stands in front of the slot's name, at the end of such a note. */
    public static final String NOTED_SLOT = " for slot ";

    private static final String USUAL = "outbox_relay";

    private static final String SLOTS = """
            WITH RECURSIVE above(oid) AS (
              SELECT ?::oid UNION SELECT i.inhparent FROM pg_inherits i JOIN above ON i.inhrelid = above.oid),
            relays AS (
              SELECT p.oid, p.pubname, p.puballtables,
                     split_part(split_part(obj_description(p.oid, 'pg_publication'), ?, 2), ' ', 1) AS noted FROM pg_publication p
               WHERE p.pubname = ? OR obj_description(p.oid, 'pg_publication') LIKE ? || '%'),
            p AS (
              SELECT * FROM relays p
               WHERE p.puballtables OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid
                       AND (r.prrelid = ANY(?::oid[]) OR r.prrelid IN (SELECT oid FROM above))))
            SELECT s.slot_name, p.pubname, s.active_pid, coalesce(pg_size_pretty(pg_current_wal_lsn() - s.confirmed_flush_lsn), 'all')
              FROM pg_replication_slots s
              JOIN p ON s.slot_name::text = p.noted OR (s.slot_name::text IN (p.pubname::text, ?)
                   AND NOT EXISTS (SELECT FROM relays o WHERE o.noted = s.slot_name::text))
             WHERE s.plugin = 'pgoutput' AND NOT s.temporary AND s.database = current_database()
             ORDER BY s.slot_name, p.pubname LIMIT 3""";

    private final Catalog catalog;
    private final List<Problem> problems;

    LogReaderCheck(Catalog catalog, List<Problem> problems) {
        this.catalog = catalog;
        this.problems = problems;
    }

    void check(FoundTable table) throws SQLException {
        record Slot(String name, String publication, int streamer, String behind) {}
        List<Slot> slots = catalog.list(
                SLOTS,
                row -> new Slot(row.getString(1), row.getString(2), row.getInt(3), row.getString(4)),
                table.oid(),
                NOTED_SLOT,
                USUAL,
                NOTE,
                table.treeOids(),
                USUAL);
        for (Slot slot : slots) {
            String name = Identifiers.literal(slot.name());
            problems.add(new Problem(
                    slot.streamer() != 0
                            ? "a relay reads " + table.quotedName() + " from the log now, through slot " + slot.name()
                            : table.quotedName() + " was read from the log, through slot " + slot.name()
                                    + " and publication " + slot.publication() + ", and the slot still stands, with "
                                    + slot.behind()
                                    + " of the log behind what was published: polling would not see what was deleted meanwhile",
                    "SELECT pg_drop_replication_slot(" + name
                            + ") -- once the relay that reads the log has published everything and was stopped. Not where the"
                            + " application deletes rows itself: polling loses what it deletes before it is read, so set"
                            + " source.type=debezium there"));
        }
    }
}
