package io.outboxrelay.engine;

import io.outboxrelay.failure.Backoff;
import io.outboxrelay.failure.Failure;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is closed when it fails and made anew after a delay: a source, a publisher. Attempts that fail soon after one
 * another wait longer and longer; one that held for a while starts the count again. Owned by the loop's thread.
 */
final class Replaceable<T> {

    /** What held for so long counts as a success: the next failure is a first one. */
    private static final long HELD_NANOS = Duration.ofSeconds(10).toNanos();

    private final Supplier<T> factory;
    private final Consumer<T> closer;
    private final Backoff backoff;
    private @Nullable T current;
    private int attempt;
    private boolean made;
    private boolean everMade;
    private long madeAtNanos;
    private long retryAtNanos;

    Replaceable(Supplier<T> factory, Consumer<T> closer, Backoff backoff) {
        this.factory = factory;
        this.closer = closer;
        this.backoff = backoff;
    }

    /** The current one, or null while there is none. */
    @Nullable
    T current() {
        return current;
    }

    /** Makes a new one where there is none and its time has come. Throws what the factory throws; it then counts as failed once {@link #discard} is called. */
    @Nullable
    T makeIfDue(long nowNanos) {
        if (current != null || (made && nowNanos - retryAtNanos < 0)) {
            return null;
        }
        made = true;
        madeAtNanos = nowNanos;
        current = factory.get();
        everMade = true;
        return current;
    }

    /** Closes the current one and schedules the next after a backoff. */
    void discard(Failure failure, long nowNanos) {
        boolean held = made && nowNanos - madeAtNanos >= HELD_NANOS;
        attempt = held ? 1 : attempt + 1;
        discardUntil(nowNanos + backoff.delayNanos(attempt, failure));
    }

    /** Closes the current one and schedules the next for a given time, which is no failed attempt. */
    void discardUntil(long atNanos) {
        close();
        made = true;
        retryAtNanos = atNanos;
    }

    /** Closes the current one, for good unless a new one is asked for. */
    void close() {
        T closing = current;
        current = null;
        if (closing != null) {
            closer.accept(closing);
        }
    }

    /** Whether there ever was one: what it is made of was right once. */
    boolean everMade() {
        return everMade;
    }

    /** How often it has failed in a row. */
    int attempt() {
        return attempt;
    }

    long retryAtNanos() {
        return retryAtNanos;
    }
}
