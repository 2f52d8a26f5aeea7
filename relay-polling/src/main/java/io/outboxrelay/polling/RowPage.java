package io.outboxrelay.polling;

import java.util.List;

/**
 * The rows that one statement brought.
 *
 * @param rows in the statement's order
 * @param cut whether there were more, which were left because of their bytes
 * @param largestBytes the size of the largest row met, also of one left behind; 0 when there was none
 */
record RowPage(List<Row> rows, boolean cut, long largestBytes) {

    RowPage {
        rows = List.copyOf(rows);
    }
}
