package io.outboxrelay.polling;

/**
 * How many rows to ask for, so that a read rarely has to be cut because of its bytes: as many as would fit if all were as large
 * as the largest of late. One large row is forgotten by halves. Used by one thread only.
 */
final class PageSize {

    private final int rowsMax;
    private final long bytesMax;
    private long largestRowBytes;

    PageSize(int rowsMax, long bytesMax) {
        this.rowsMax = rowsMax;
        this.bytesMax = bytesMax;
    }

    /** At least 1 and at most the bound. */
    int rows() {
        return (int) Math.max(1, Math.min(rowsMax, bytesMax / Math.max(1, largestRowBytes)));
    }

    /** The size of the largest row that a read met, 0 when it met none. */
    void met(long largestBytes) {
        largestRowBytes = Math.max(largestBytes, largestRowBytes / 2);
    }
}
