package io.outboxrelay.sidecar;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.Collection;

/** Whether what may be in flight fits into the heap: better said at the start than by running out of memory under load. */
final class HeapCheck {

    /** Rows in flight stand in the window and, as batches, in the producer; pages that were read ahead come on top. */
    private static final int HEAP_PER_WINDOW = 4;

    private static final long MEBIBYTE = 1024 * 1024;

    /** Debezium's queue and batches, and what its classes need; with less, garbage collection takes the time of reading. */
    private static final long LOG_HEAP_MIN = 160 * MEBIBYTE;

    private HeapCheck() {}

    /**
     * Refuses to read the log with a heap that is made for polling.
     *
     * @throws RelayException MISCONFIGURED, with the way out
     */
    static void requireRoomForLog(long heapBytesMax) {
        if (heapBytesMax < LOG_HEAP_MIN) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "source.type = debezium takes a heap of 192 MiB, and this one has " + heapBytesMax / MEBIBYTE
                            + " MiB",
                    "start with OUTBOX_RELAY_OPTS=-Xmx192m");
        }
    }

    /**
     * Refuses windows that are too large for the heap.
     *
     * @param windows of all pipelines: they may be full at the same time
     * @param heapBytesMax what the heap can grow to, as {@link Runtime#maxMemory} tells it
     * @throws RelayException MISCONFIGURED, with both ways out
     */
    static void requireRoomFor(Collection<WindowSettings> windows, long heapBytesMax) {
        long bytesMax = windows.stream().mapToLong(WindowSettings::bytesMax).sum();
        if (bytesMax <= heapBytesMax / HEAP_PER_WINDOW) {
            return;
        }
        int pipelines = windows.size();
        boolean several = pipelines > 1;
        throw new RelayException(
                FailureKind.MISCONFIGURED,
                (several ? "window.bytesMax of all " + pipelines + " pipelines together is " : "window.bytesMax is ")
                        + bytesMax / MEBIBYTE + " MiB, too much for a heap of " + heapBytesMax / MEBIBYTE + " MiB",
                (several ? "lower them to " : "lower it to ")
                        + Math.max(1, heapBytesMax / HEAP_PER_WINDOW / pipelines / MEBIBYTE)
                        + (several ? " MiB each" : " MiB")
                        + ", or start with OUTBOX_RELAY_OPTS=-Xmx"
                        + (HEAP_PER_WINDOW + 1) * (bytesMax / MEBIBYTE) + "m");
    }
}
