package io.outboxrelay.polling;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Numbers and ids of the rows that were read in this session and still stand in the table, in the order in which they were read.
 * Bounded by what the hand-off and the engine's window hold, which have the ids anyway. Used by the source's thread only.
 */
final class StandingRows {

    private final RowNumbers numbers = new RowNumbers();
    private final ArrayDeque<String> ids = new ArrayDeque<>();

    void add(Row row) {
        numbers.add(row.number());
        ids.add(row.id());
    }

    long[] numbersAscending() {
        return numbers.ascending();
    }

    /** The numbers of the first {@code count} of them, as text. */
    String[] oldestNumbers(int count) {
        return Arrays.stream(numbers.oldest(count)).mapToObj(String::valueOf).toArray(String[]::new);
    }

    /** The ids of the first {@code count} of them. */
    String[] oldestIds(int count) {
        return ids.stream().limit(count).toArray(String[]::new);
    }

    /** The first {@code count} are gone. */
    void forgetOldest(int count) {
        numbers.forgetOldest(count);
        for (int i = 0; i < count; i++) {
            ids.remove();
        }
    }
}
