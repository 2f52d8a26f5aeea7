package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;

/**
 * The statements of reading without a sequence. Ids can be any text, and COPY allows no parameters, so they reach it through a
 * setting of the session. Every statement carries the session's guard. Immutable.
 */
final class ScanSql {

    private static final String IDS = "outbox_relay.ids";

    private final String name;
    private final String id;
    private final String type;
    private final RowSelection selection;
    private final String guard;

    ScanSql(OutboxTable table, String guard, boolean timed) {
        this.name = table.identity().quotedName();
        this.id = "t." + table.columns().id().quotedName();
        this.type = "pg_catalog." + table.columns().id().type();
        this.selection = new RowSelection(table.columns(), timed);
        this.guard = guard;
    }

    /** The first ids. Parameter: how many at most. */
    String firstIds() {
        return "SELECT " + id + "::text FROM " + name + " t WHERE " + guard + " ORDER BY " + id + " LIMIT ?";
    }

    /** The ids behind one. Parameters: that id as text, how many at most. */
    String nextIds() {
        return "SELECT " + id + "::text FROM " + name + " t WHERE " + id + " > ?::" + type + " AND " + guard
                + " ORDER BY " + id + " LIMIT ?";
    }

    /** Sets the ids for {@link #rows}. Parameter: an array of text. */
    String chooseIds() {
        return "SELECT set_config('" + IDS + "', (?::text[])::text, false) WHERE " + guard;
    }

    /** The rows with the chosen ids, for COPY. */
    String rows() {
        return "SELECT " + selection.rendered() + " FROM (SELECT " + selection.raw("t", "0::bigint") + " FROM " + name
                + " t WHERE " + id + " = ANY(current_setting('" + IDS + "')::" + type + "[]) AND " + guard
                + " OFFSET 0) y";
    }

    /** Deletes rows by id. Parameter: an array of text. */
    String deleteIds() {
        return "DELETE FROM " + name + " t WHERE " + id + " = ANY((?::text[])::" + type + "[]) AND " + guard;
    }
}
