package io.outboxrelay.engine;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.PoisonReason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What the loop has done since it was made, and how it stands, readable from any thread. Written by the loop's thread only; counts
 * only rise.
 */
public final class LoopProgress {

    /** Filled when it is made, and its entries never change. */
    private final Map<FailureKind, AtomicLong> retries = new EnumMap<>(FailureKind.class);

    private final Map<PoisonReason, AtomicLong> deadLetters = new EnumMap<>(PoisonReason.class);

    private final EndToEnd endToEnd = new EndToEnd();

    private volatile long published;
    private volatile long committed;
    private volatile long settled;
    private volatile int inFlightRecords;
    private volatile long inFlightBytes;
    private volatile boolean leading;
    private volatile boolean turning;
    private volatile long turnedAtNanos;
    private volatile boolean connecting;
    private volatile List<PublishedEvent> lastPublished = List.of();

    LoopProgress() {
        for (FailureKind kind : FailureKind.values()) {
            retries.put(kind, new AtomicLong());
        }
        for (PoisonReason reason : PoisonReason.values()) {
            deadLetters.put(reason, new AtomicLong());
        }
    }

    /** Messages that Kafka acknowledged, repeats included. */
    public long published() {
        return published;
    }

    /** How often the source reported a committed position. */
    public long committed() {
        return committed;
    }

    /** Rows that were published and that the source has since made durable as done with: deleted, archived, or noted as published. */
    public long settled() {
        return settled;
    }

    /** Entries received and not yet committed. */
    public int inFlightRecords() {
        return inFlightRecords;
    }

    /** Their size in bytes. */
    public long inFlightBytes() {
        return inFlightBytes;
    }

    /** Whether this relay's source is open: connected, checked, and holding the outbox against every other relay. */
    public boolean isLeading() {
        return leading;
    }

    /**
     * How often something failed, or got no further for some seconds, that the relay then tried again. A kind that it never retries
     * stays 0.
     */
    public long retries(FailureKind kind) {
        return Objects.requireNonNull(retries.get(kind)).get();
    }

    /** Events that were acknowledged as dead letters, repeats included. */
    public long deadLetters(PoisonReason reason) {
        return Objects.requireNonNull(deadLetters.get(reason)).get();
    }

    /** The same, whatever the reason. */
    public long deadLetters() {
        return deadLetters.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** How long events took, as far as that is known. */
    public EndToEnd endToEnd() {
        return endToEnd;
    }

    /** The events acknowledged last, newest first; at most {@link RecentEvents#EVENTS_MAX}, and up to 0.1 s old. */
    public List<PublishedEvent> lastPublished() {
        return lastPublished;
    }

    /**
     * How long ago the loop's thread began its latest round, in nanoseconds; 0 before the first and after the last.
     *
     * @param nowNanos by the clock that drives the loop
     */
    public long nanosSinceTurn(long nowNanos) {
        return turning ? Math.max(0, nowNanos - turnedAtNanos) : 0;
    }

    /** Whether it makes a publisher now: the one step that may take long, as names of brokers are resolved. */
    public boolean isConnecting() {
        return connecting;
    }

    /** The loop's thread goes round once more. */
    void turns(long nowNanos) {
        turnedAtNanos = nowNanos;
        turning = true;
    }

    /** It will not go round any more. */
    void turnedForTheLastTime() {
        turning = false;
    }

    <T> T whileConnecting(Supplier<T> step) {
        connecting = true;
        try {
            return step.get();
        } finally {
            connecting = false;
        }
    }

    // One writer: a plain read-modify-write of a volatile loses nothing.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void countPublished() {
        published++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void countCommitted(int rows) {
        committed++;
        settled += rows;
    }

    void countRetry(FailureKind kind) {
        Objects.requireNonNull(retries.get(kind)).incrementAndGet();
    }

    void countDeadLetter(PoisonReason reason) {
        Objects.requireNonNull(deadLetters.get(reason)).incrementAndGet();
    }

    void inFlight(int records, long bytes) {
        inFlightRecords = records;
        inFlightBytes = bytes;
    }

    void leading(boolean now) {
        if (leading != now) {
            leading = now;
        }
    }

    void lastPublished(List<PublishedEvent> events) {
        lastPublished = events;
    }
}
