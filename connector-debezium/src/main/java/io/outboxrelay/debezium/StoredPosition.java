package io.outboxrelay.debezium;

import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.slot.StreamPosition;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a slot's stream is settled, as the relay itself keeps it. Written by the source's thread, before the slot is told; read by
 * any.
 */
public final class StoredPosition {

    private final StateStore store;
    private final String key;
    private volatile @Nullable StreamPosition position;

    /**
     * What is stored of a slot.
     *
     * @param database the name of the slot's database: slots of several servers may have one name, and one store
     * @throws RelayException POSITION_LOST when it cannot be read
     */
    public StoredPosition(StateStore store, String database, String slot) {
        this.store = store;
        this.key = key(database, slot);
        this.position = in(store.values(), database, slot);
    }

    private static String key(String database, String slot) {
        return "postgresql." + database + "." + slot;
    }

    /** The note of a repair of this slot. */
    public static RepairMark repairOf(String database, String slot) {
        String key = key(database, slot);
        return new RepairMark(key, "repair." + key);
    }

    /**
     * What a store's values say of a slot, or null where nothing was ever stored.
     *
     * @throws RelayException POSITION_LOST when it cannot be read, or a repair of the slot has not ended
     */
    static @Nullable StreamPosition in(SortedMap<String, String> values, String database, String slot) {
        repairOf(database, slot).refuseIfStandingIn(values);
        return beforeRepair(values, database, slot);
    }

    /**
     * The same for a repair, which may be the one that has not ended.
     *
     * @throws RelayException POSITION_LOST when it cannot be read
     */
    public static @Nullable StreamPosition beforeRepair(
            SortedMap<String, String> values, String database, String slot) {
        String text = values.get(key(database, slot));
        try {
            return text == null ? null : StreamPosition.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RelayException(Failure.of(
                    FailureKind.POSITION_LOST,
                    "how far slot " + slot + " was published cannot be read: " + e.getMessage(),
                    "use the version of the relay that wrote it",
                    e));
        }
    }

    /** What a repair stores: durable on return. The note of the repair is still there then. */
    public static void replace(StateStore store, String database, String slot, StreamPosition begins) {
        store.put(key(database, slot), begins.text());
    }

    /** Null where nothing was ever stored. */
    public @Nullable StreamPosition position() {
        return position;
    }

    /** Stores it durably, unless it is stored already. */
    public void store(StreamPosition settled) {
        if (!settled.equals(position)) {
            store.put(key, settled.text());
            position = settled;
        }
    }
}
