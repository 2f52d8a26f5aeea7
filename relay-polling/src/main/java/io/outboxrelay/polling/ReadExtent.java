package io.outboxrelay.polling;

/**
 * How far one read got.
 *
 * @param rows how many rows it brought
 * @param rowsMax how many it would have brought at most
 * @param cut whether it was ended early because its rows were too large together
 * @param lastNumber the highest number among its rows, {@link Frontier#MINUS_INFINITY} when it brought none
 */
record ReadExtent(int rows, int rowsMax, boolean cut, long lastNumber) {

    static ReadExtent of(RowPage page, int rowsMax) {
        int rows = page.rows().size();
        long last =
                rows == 0 ? Frontier.MINUS_INFINITY : page.rows().get(rows - 1).number();
        return new ReadExtent(rows, rowsMax, page.cut(), last);
    }

    /** Whether there was nothing more to read. */
    boolean exhausted() {
        return rows < rowsMax && !cut;
    }
}
