package io.outboxrelay.debezium;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/**
 * What a connector is told when it asks how far its log was read: nothing, until there is something to tell. Written by the source's
 * thread, read by whichever thread of the connector asks.
 */
final class ToldOffsets implements OffsetStorageReader {

    private volatile @Nullable Map<String, Object> offset;

    /** Tells this from now on, whichever partition is asked for: there is one. */
    void tell(Map<String, Object> told) {
        offset = Map.copyOf(told);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's interface answers null where nothing is stored.
    public <T> Map<String, Object> offset(Map<String, T> partition) {
        return offset;
    }

    @Override
    public <T> Map<Map<String, T>, Map<String, Object>> offsets(Collection<Map<String, T>> partitions) {
        Map<Map<String, T>, Map<String, Object>> told = new HashMap<>();
        Map<String, Object> known = offset;
        if (known != null) {
            partitions.forEach(partition -> told.put(partition, known));
        }
        return told;
    }
}
