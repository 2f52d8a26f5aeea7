package io.outboxrelay.jdbc;

/**
 * A column of the table, whatever it is worth.
 *
 * @param type as {@link OutboxTable.Column#type}
 * @param typeShown the declared type for people, with its modifiers
 */
record FoundColumn(String name, String quotedName, String type, String typeShown, boolean notNull) {

    OutboxTable.Column described() {
        return new OutboxTable.Column(name, quotedName, type, notNull);
    }
}
