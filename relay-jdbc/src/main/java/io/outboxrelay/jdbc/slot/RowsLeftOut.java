package io.outboxrelay.jdbc.slot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether rows stand that a slot has not in its log, as far as the numbers of their transactions tell: a row that was updated since bears
 * that of the update. They are kept in 32 bits, also of rows that are frozen, so none older than 4 billion transactions is known. Used by
 * the connection's thread.
 */
record RowsLeftOut(Connection connection, StreamLook look, String slot) {

    /** What is known of the rows that stand. */
    enum Answer {
        /** All of them are in the slot's log, or were. */
        NONE,
        /** Some were committed before the slot was made. */
        OLDER,
        /** Some may have been committed while it was made, and whether they are in its log is not known. */
        AMBIGUOUS,
        /** Some stand, but of which of these kinds they are cannot be told, or not at once. */
        UNTOLD
    }

    /**
     * The first row that is found. By the slot's horizon, by the transaction before which all had ended when the owner's SQL made its note, and
     * by the one that began when the slot was made. Parameters: the last two, or null; the slot.
     */
    private static final String FOUND = """
            SELECT age(t.xmin) < 0 OR age(t.xmin) > b.older FROM %s t, (
              SELECT least(age(s.catalog_xmin), ended.age) AS older, least(age(s.catalog_xmin), ended.age, begun.age) AS ambiguous
                FROM pg_replication_slots s,
                LATERAL (SELECT ?::bigint AS ended, ?::bigint AS begun, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now) n,
                LATERAL (SELECT CASE WHEN n.now - n.ended < 2000000000 THEN age(n.ended::text::xid8::xid)
                                     WHEN n.ended IS NOT NULL THEN 2000000000 END AS age) ended,
                LATERAL (SELECT CASE WHEN n.now - n.begun < 2000000000 THEN age(n.begun::text::xid8::xid)
                                     WHEN n.begun IS NOT NULL THEN 2000000000 END AS age) begun
               WHERE s.slot_name = ?) b
             WHERE age(t.xmin) < 0 OR age(t.xmin) > b.ambiguous LIMIT 1""";

    private static final String UNUSED = """
            SELECT pg_relation_size(?::oid) + (SELECT coalesce(sum(pg_relation_size(relid)), 0) FROM pg_partition_tree(?::oid)) = 0""";

    /** A statement's time is over, or a lock's. */
    private static final Set<String> NOT_AT_ONCE = Set.of("57014", "55P03");

    /**
     * Takes no more than 2 s, and waits for nobody who has locked the table.
     *
     * @param readable the table, quoted; null where it may not be read
     */
    Answer answer(long oid, @Nullable String readable) throws SQLException {
        try (Statement transaction = connection.createStatement()) {
            transaction.execute("BEGIN READ ONLY");
            try {
                transaction.execute("SET LOCAL statement_timeout = '2s'");
                transaction.execute("SET LOCAL lock_timeout = '100ms'");
                return readable == null ? unread(oid) : read(readable);
            } catch (SQLException e) {
                if (!NOT_AT_ONCE.contains(String.valueOf(e.getSQLState()))) {
                    throw e;
                }
                return Answer.UNTOLD;
            } finally {
                transaction.execute("ROLLBACK");
            }
        }
    }

    /** Where not even files were ever written for it, no row stands. */
    private Answer unread(long oid) throws SQLException {
        return Boolean.TRUE.equals(first(UNUSED, oid, oid)) ? Answer.NONE : Answer.UNTOLD;
    }

    private Answer read(String table) throws SQLException {
        Stamp stamp = stamp();
        Stamp.Made made = stamp == null ? null : stamp.madeFor(slotFound());
        Boolean found = first(
                FOUND.formatted(table),
                stamp == null ? null : stamp.transaction(),
                made == null ? null : made.before(),
                slot);
        if (found != null) {
            return found ? Answer.OLDER : Answer.AMBIGUOUS;
        }
        // The slot's own horizon may be that of an older one, and none tells what was committed while it was made.
        boolean known = made != null || first("SELECT true FROM " + table + " LIMIT 1") == null;
        return known ? Answer.NONE : Answer.UNTOLD;
    }

    /**
     * The note on the publication; null where that is none of this slot's beginning: a dump brings it along from another server, where
     * transactions have other numbers, and one that is younger than the slot is younger than rows in its log.
     */
    private @Nullable Stamp stamp() {
        PublicationFound publication = look.publication();
        Stamp stamp = publication == null ? null : Stamp.of(publication.comment());
        return stamp != null && publication != null && stamp.proves(publication, slotFound()) ? stamp : null;
    }

    private SlotFound slotFound() {
        SlotFound found = look.slot();
        if (found == null) {
            throw new IllegalStateException("asked without a slot");
        }
        return found;
    }

    /** Null where there is no row. */
    private @Nullable Boolean first(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getBoolean(1) : null;
            }
        }
    }
}
