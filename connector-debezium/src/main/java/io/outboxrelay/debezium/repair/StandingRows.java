package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.decode.DecodedEvent;
import org.jspecify.annotations.Nullable;

/** What stands in an outbox as of one place in the log, in order, row by row. Used by one thread but for {@link #close}. */
public interface StandingRows extends AutoCloseable {

    /**
     * The next row as an event, or null when there is none; blocks while the database says nothing.
     *
     * @throws io.outboxrelay.failure.RelayException POISON where a row can never be published; any other ends the repair too
     */
    @Nullable
    DecodedEvent next();

    /**
     * That what was given may still be published. Any thread.
     *
     * @throws io.outboxrelay.failure.RelayException once others may read the table too
     */
    default void check() {}

    /** Ends it, also in the middle, and {@link #next} with an error where it waits. Any thread; returns at once. */
    @Override
    void close();
}
