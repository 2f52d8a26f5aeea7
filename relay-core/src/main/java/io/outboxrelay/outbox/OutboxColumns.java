package io.outboxrelay.outbox;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of the columns whose values every {@link OutboxRecord} carries as text: those that routing refers to. Made once
 * at start, shared by the source (which selects them in this order) and the router (which looks them up by index).
 *
 * @param names column names as the database knows them, without quotes, distinct
 * @param timestamp which of them holds the time of the message, and must be of a type that can be one; null where none does
 */
public record OutboxColumns(List<String> names, @Nullable String timestamp) {

    public OutboxColumns {
        names = List.copyOf(names);
        if (Set.copyOf(names).size() != names.size()) {
            throw new IllegalArgumentException("a column is named twice: " + names);
        }
        if (timestamp != null && !names.contains(timestamp)) {
            throw new IllegalArgumentException("column " + timestamp + " is not among " + names);
        }
    }

    /** None of which holds the time of the message. */
    public OutboxColumns(List<String> names) {
        this(names, null);
    }

    /** The distinct names in the order of their first appearance. */
    public static OutboxColumns distinct(List<String> names, @Nullable String timestamp) {
        return new OutboxColumns(List.copyOf(new LinkedHashSet<>(names)), timestamp);
    }

    /**
     * The index of a column in {@link OutboxRecord#columns()}.
     *
     * @throws IllegalArgumentException if the column is not among them
     */
    public int indexOf(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("column " + name + " is not among " + names);
        }
        return index;
    }
}
