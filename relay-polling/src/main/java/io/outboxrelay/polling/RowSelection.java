package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.OutboxTable.Column;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of a row, in two steps. An inner SELECT takes them {@linkplain #raw raw}, so that what sorts and limits rows moves
 * only pointers to large values; the outer one {@linkplain #rendered renders} them, row by row as they are streamed. Immutable.
 */
final class RowSelection {

    /** The name of the number in the inner SELECT, by which the outer one orders. */
    static final String NUMBER = "n";

    private final List<Column> columns = new ArrayList<>();
    private final boolean timed;

    /** @param timed whether every row is to come with its commit timestamp */
    RowSelection(OutboxTable.Columns table, boolean timed) {
        this.timed = timed;
        columns.add(table.id());
        columns.add(table.key());
        columns.add(table.payload());
        columns.addAll(table.routed());
    }

    /**
     * The inner SELECT's list.
     *
     * @param table the alias of the table
     * @param number what stands for the number
     */
    String raw(String table, String number) {
        StringBuilder list = new StringBuilder(number).append(" AS ").append(NUMBER);
        for (int i = 0; i < columns.size(); i++) {
            list.append(", ").append(table).append('.').append(columns.get(i).quotedName());
            list.append(" AS c").append(i);
        }
        if (timed) {
            list.append(", pg_catalog.pg_xact_commit_timestamp(").append(table).append(".xmin) AS committed");
        }
        return list.toString();
    }

    /**
     * The outer SELECT's list, over the inner one: all as text, but bytea, which only key and payload may be, and what
     * {@link FieldForm} makes text of.
     */
    String rendered() {
        StringBuilder list = new StringBuilder(NUMBER);
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            boolean raw = FieldForm.of(column) != FieldForm.AS_IS
                    || ((i == 1 || i == 2) && column.type().equals("bytea"));
            list.append(", c").append(i).append(raw ? "" : "::text");
        }
        if (timed) {
            list.append(", committed");
        }
        return list.toString();
    }

    /** Whether every row comes with its commit timestamp, behind all else. */
    boolean isTimed() {
        return timed;
    }

    /** The forms in which {@link #rendered} makes the columns come. */
    List<FieldForm> forms() {
        return columns.stream().map(FieldForm::of).toList();
    }
}
