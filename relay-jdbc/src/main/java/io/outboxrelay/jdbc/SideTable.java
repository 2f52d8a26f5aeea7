package io.outboxrelay.jdbc;

/**
 * A relation beside the outbox that the settings name, whatever it is worth.
 *
 * @param oid its oid
 * @param quotedName schema and name, for SQL text
 * @param relkind as in {@code pg_class}
 * @param persistence as in {@code pg_class}
 */
record SideTable(long oid, String quotedName, char relkind, char persistence) {}
