package io.outboxrelay.debezium.store;

import io.outboxrelay.failure.RelayException;
import java.util.SortedMap;

/**
 * Small texts by key that outlive the process: positions and the history of a table's columns. Several pipelines may share one
 * store, each under keys of its own. Safe to use from any thread.
 */
public interface StateStore extends AutoCloseable {

    /** Everything that is stored, as of now; immutable. Asks nobody: what is stored was read when the store was opened. */
    SortedMap<String, String> values();

    /**
     * Stores a value in the place of the one before, and returns once it is durable: it is there after a crash of this process, and
     * of the machine or of brokers as far as the store outlives those.
     *
     * @throws RelayException when that is not certain; it may be stored all the same, and {@link #values} has the one before.
     *     The caller opens the store anew.
     */
    void put(String key, String value);

    /** Removes a value, as durably. Nothing happens where there is none. */
    void remove(String key);

    /** Lets go of the store; what was put stays. */
    @Override
    void close();
}
