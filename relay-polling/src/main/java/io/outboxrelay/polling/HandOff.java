package io.outboxrelay.polling;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Between the source's thread, which puts pages and news in, and the loop's thread, which takes them out. Bounded: the source
 * reads another page only while there is {@linkplain #hasRoom room}, so about two pages are the most that waits here. Safe to
 * use from both threads; nothing here waits.
 */
final class HandOff {

    private final int entriesMax;
    private final long bytesMax;
    private final Wakeup wakeup;
    private final SourceWatch watch;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private @Nullable PollingPosition committed;
    private @Nullable Failure failure;

    HandOff(int entriesMax, long bytesMax, Wakeup wakeup, SourceWatch watch) {
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
        this.wakeup = wakeup;
        this.watch = watch;
    }

    /** What hinders the source, for it to note and for the loop to ask. */
    SourceWatch watch() {
        return watch;
    }

    synchronized boolean hasRoom() {
        return entries.size() < entriesMax && bytes < bytesMax;
    }

    void put(List<? extends Entry> page) {
        synchronized (this) {
            for (Entry entry : page) {
                entries.add(entry);
                bytes += sizeBytes(entry);
            }
        }
        wakeup.wake();
    }

    /** Everything up to this position, which came from the loop, is durable. */
    void committed(PollingPosition upTo) {
        synchronized (this) {
            committed = upTo;
        }
        wakeup.wake();
    }

    /** The source has failed for good. What it had not handed out is of no use any more; what it made durable still is. */
    void failed(Failure reason) {
        synchronized (this) {
            failure = reason;
            entries.clear();
            bytes = 0;
        }
        wakeup.wake();
    }

    /** @throws RelayException once the source has failed and its last news of what is durable was taken */
    synchronized Batch take(int recordsMax, long takeBytesMax) {
        PollingPosition news = committed;
        committed = null;
        if (failure != null && news == null) {
            throw new RelayException(failure);
        }
        List<Entry> taken = new ArrayList<>(Math.min(recordsMax, entries.size()));
        long takenBytes = 0;
        while (taken.size() < recordsMax && takeBytesMax > 0 && !entries.isEmpty()) {
            long size = sizeBytes(entries.element());
            if (!taken.isEmpty() && takenBytes + size > takeBytesMax) {
                break;
            }
            takenBytes += size;
            taken.add(entries.remove());
        }
        bytes -= takenBytes;
        return taken.isEmpty() && news == null ? Batch.EMPTY : new Batch(taken, news);
    }

    private static long sizeBytes(Entry entry) {
        return entry instanceof OutboxRecord record ? record.sizeBytes() : 0;
    }
}
