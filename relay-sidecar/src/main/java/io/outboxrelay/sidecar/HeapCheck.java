package io.outboxrelay.sidecar;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;

/** Whether what may be in flight fits into the heap: better said at the start than by running out of memory under load. */
final class HeapCheck {

    /** Rows in flight stand in the window and, as batches, in the producer; pages that were read ahead come on top. */
    private static final int HEAP_PER_WINDOW = 4;

    private static final long MEBIBYTE = 1024 * 1024;

    private HeapCheck() {}

    /**
     * Refuses a window that is too large for the heap.
     *
     * @param heapBytesMax what the heap can grow to, as {@link Runtime#maxMemory} tells it
     * @throws RelayException MISCONFIGURED, with both ways out
     */
    static void requireRoomFor(WindowSettings window, long heapBytesMax) {
        if (window.bytesMax() <= heapBytesMax / HEAP_PER_WINDOW) {
            return;
        }
        throw new RelayException(
                FailureKind.MISCONFIGURED,
                "window.bytesMax is " + window.bytesMax() / MEBIBYTE + " MiB, too much for a heap of "
                        + heapBytesMax / MEBIBYTE + " MiB",
                "lower it to " + Math.max(1, heapBytesMax / HEAP_PER_WINDOW / MEBIBYTE)
                        + " MiB, or start with OUTBOX_RELAY_OPTS=-Xmx"
                        + (HEAP_PER_WINDOW + 1) * (window.bytesMax() / MEBIBYTE) + "m");
    }
}
