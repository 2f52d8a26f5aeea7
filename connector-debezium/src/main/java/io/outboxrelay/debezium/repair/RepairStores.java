package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.store.StateStore;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * Where the relay keeps what it stores.
 *
 * @param look reads it, beside a relay that may be at work; makes nothing
 * @param open opens it to be written
 */
public record RepairStores(Supplier<SortedMap<String, String>> look, Supplier<StateStore> open) {}
