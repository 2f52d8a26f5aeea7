package io.outboxrelay.engine;

/**
 * What the loop has done since it was made, readable from any thread. Written by the loop's thread only.
 */
public final class LoopProgress {
    private volatile long published;
    private volatile long committed;
    private volatile int inFlightRecords;
    private volatile long inFlightBytes;

    /** Messages that Kafka acknowledged, repeats included. */
    public long published() {
        return published;
    }

    /** How often the source reported a committed position. */
    public long committed() {
        return committed;
    }

    /** Entries received and not yet committed. */
    public int inFlightRecords() {
        return inFlightRecords;
    }

    /** Their size in bytes. */
    public long inFlightBytes() {
        return inFlightBytes;
    }

    // One writer: a plain read-modify-write of a volatile loses nothing.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void countPublished() {
        published++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void countCommitted() {
        committed++;
    }

    void inFlight(int records, long bytes) {
        inFlightRecords = records;
        inFlightBytes = bytes;
    }
}
