package io.outboxrelay.polling;

import io.outboxrelay.jdbc.PolledRows;

/**
 * The statements about the row of an outbox in the table of states. Every one carries the session's guard. Immutable.
 *
 * @param stateTable the quoted name of the table
 * @param guard a condition that holds in this session only; {@code true} where nothing relies on what is read
 * @param notGoneBack a condition with an array of one number as its parameter, the highest one read: it still is below what was drawn
 */
record StateSql(String stateTable, String guard, String notGoneBack) {

    /** What this relay writes, and the only one that it reads. */
    static final int FORMAT = PolledRows.FORMAT;

    /** Which cluster this is. Columns: system identifier, timeline. Neither takes a privilege that PUBLIC has not. */
    String server() {
        return "SELECT (SELECT system_identifier FROM pg_control_system()),"
                + " ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::bigint WHERE "
                + guard;
    }

    /** The row. Parameter: the outbox's quoted name. */
    String select() {
        return "SELECT format, version, system_identifier, timeline, outbox_oid, sequence_oid, sequence_filenode, top, gaps_lo,"
                + " gaps_hi FROM " + stateTable + " WHERE outbox = ? AND " + guard;
    }

    /** The row's version. Parameter: the outbox's quoted name. */
    String version() {
        return "SELECT version FROM " + stateTable + " WHERE outbox = ? AND " + guard;
    }

    /** Under which other name the same table has a row. Parameters: system identifier, the table's oid. */
    String selectByOid() {
        return "SELECT outbox FROM " + stateTable + " WHERE system_identifier = ? AND outbox_oid = ? AND " + guard;
    }

    /**
     * The first row of an outbox. Parameters: its quoted name, system identifier, timeline, the table's oid, the sequence's oid and
     * file. Returns version and place, or nothing when there is a row by now.
     */
    String insert() {
        return "INSERT INTO " + stateTable
                + " (outbox, format, version, system_identifier, timeline, outbox_oid, sequence_oid,"
                + " sequence_filenode, top, gaps_lo, gaps_hi, stored_at) SELECT ?, " + FORMAT + ", 1, ?, ?, ?, ?, ?, '"
                + Frontier.MINUS_INFINITY + "'::bigint, '{}', '{}', now() WHERE " + guard
                + " ON CONFLICT DO NOTHING RETURNING version, ctid::text";
    }

    /**
     * Raises the version, so that whoever knew the one before writes no more. Parameters: timeline, the outbox's quoted name, the
     * version that is replaced. Returns version and place.
     */
    String claim() {
        return "UPDATE " + stateTable + " SET version = version + 1, timeline = ? WHERE outbox = ? AND version = ? AND "
                + guard + " RETURNING version, ctid::text";
    }

    /** Notes for every later session that numbers went back. Parameters: the outbox's quoted name, the version that is replaced. */
    String distrust() {
        return "UPDATE " + stateTable + " SET version = version + 1, sequence_filenode = " + StateOrigin.DISTRUSTED
                + " WHERE outbox = ? AND version = ? AND " + guard;
    }

    /**
     * Stores an extent. Parameters: top, lower ends, upper ends, the outbox's quoted name, the version that is replaced, the
     * highest number read as an array of one. Returns version and place.
     */
    String update() {
        return "UPDATE " + stateTable
                + " SET version = version + 1, top = ?, gaps_lo = ?, gaps_hi = ?, stored_at = now()"
                + " WHERE outbox = ? AND version = ? AND " + notGoneBack + " AND " + guard
                + " RETURNING version, ctid::text";
    }

    /**
     * The same, found where it was left; the place is the last parameter. While a transaction stays open for hours, vacuum removes
     * no version of the row, and to find the latest through the index takes longer with each (1.4 ms after 30,000).
     */
    String updateAt() {
        return update().replace(" RETURNING", " AND ctid = ?::tid RETURNING");
    }
}
