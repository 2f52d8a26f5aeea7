package io.outboxrelay.source;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Between a source's thread, which puts pages and news in, and the loop's thread, which takes them out. Bounded: the source
 * reads another page only while there is {@linkplain #hasRoom room}, so about two pages are the most that waits here. Safe to
 * use from both threads; nothing here waits.
 */
public final class HandOff {

    private final int entriesMax;
    private final long bytesMax;
    private final Wakeup wakeup;
    private final boolean transactional;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private @Nullable Position committed;
    private @Nullable Failure failure;
    private boolean midway;

    private HandOff(int entriesMax, long bytesMax, Wakeup wakeup, boolean transactional) {
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
        this.wakeup = wakeup;
        this.transactional = transactional;
    }

    /** Of single rows, each of which can be committed at its source. */
    public static HandOff ofRows(int entriesMax, long bytesMax, Wakeup wakeup) {
        return new HandOff(entriesMax, bytesMax, wakeup, false);
    }

    /**
     * Of transactions, of which only whole ones can be committed: a batch ends with the first checkpoint in it, and is {@linkplain
     * Batch#midway midway} when the last entry given out is a record.
     */
    public static HandOff ofTransactions(int entriesMax, long bytesMax, Wakeup wakeup) {
        return new HandOff(entriesMax, bytesMax, wakeup, true);
    }

    public synchronized boolean hasRoom() {
        return entries.size() < entriesMax && bytes < bytesMax;
    }

    /** Whether everything that was put in was taken out. */
    public synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    public void put(List<? extends Entry> page) {
        synchronized (this) {
            for (Entry entry : page) {
                entries.add(entry);
                bytes += sizeBytes(entry);
            }
        }
        wakeup.wake();
    }

    /** Everything up to this position, which came from the loop, is durable, or at least need not be remembered any longer. */
    public void committed(Position upTo) {
        synchronized (this) {
            committed = upTo;
        }
        wakeup.wake();
    }

    /** The source has failed for good. What it had not handed out is of no use any more; what it made durable still is. */
    public void failed(Failure reason) {
        synchronized (this) {
            failure = reason;
            entries.clear();
            bytes = 0;
        }
        wakeup.wake();
    }

    /** @throws RelayException once the source has failed and its last news of what is durable was taken */
    public synchronized Batch take(int recordsMax, long takeBytesMax) {
        Position news = committed;
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
            Entry entry = entries.remove();
            taken.add(entry);
            midway = transactional && entry instanceof OutboxRecord;
            if (transactional && entry instanceof Checkpoint) {
                break;
            }
        }
        bytes -= takenBytes;
        return taken.isEmpty() && news == null && !midway ? Batch.EMPTY : new Batch(taken, news, null, midway);
    }

    private static long sizeBytes(Entry entry) {
        return entry instanceof OutboxRecord record ? record.sizeBytes() : 0;
    }
}
