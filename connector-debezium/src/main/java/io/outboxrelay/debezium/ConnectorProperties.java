package io.outboxrelay.debezium;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings that both of Debezium's connectors are driven with. Each that matters says why. */
final class ConnectorProperties {

    private ConnectorProperties() {}

    /**
     * A map to which the connector's own are added.
     *
     * @param name of the connector; no two of a process may have the same at once
     * @param connector Debezium looks up by it which of its own parts are for this one
     */
    static Map<String, String> common(DebeziumSettings settings, String name, Class<?> connector) {
        Map<String, String> all = new HashMap<>(settings.passedThrough().settings());
        all.put("connector.class", connector.getName());
        all.put("name", name);
        all.put("topic.prefix", name);
        pace(all);
        promises(all);
        rendering(all);
        return all;
    }

    /** Who connects; null is left out. */
    static void login(Map<String, String> all, @Nullable String user, @Nullable String password) {
        if (user != null) {
            all.put("database.user", user);
        }
        if (password != null) {
            all.put("database.password", password);
        }
    }

    private static void pace(Map<String, String> all) {
        // What is read goes into the relay's own queue, which bounds its bytes itself.
        all.put("queue.provider.type", EventQueueProvider.NAME);
        all.put("max.queue.size", String.valueOf(EventQueue.EVENTS_MAX));
        all.put("max.batch.size", String.valueOf(EventQueue.BATCH_MAX));
        // With nothing to read, PostgreSQL's connector looks again after this.
        all.put("poll.interval.ms", "5");
        all.put("heartbeat.interval.ms", "200");
        // Its thread may be waiting for room in the queue, which nobody empties any more: it is interrupted after this.
        all.put("executor.shutdown.timeout.ms", "500");
        all.put("extended.headers.enabled", "false");
        all.put("statistics.metrics.enabled", "false");
    }

    private static void promises(Map<String, String> all) {
        all.put("snapshot.mode", "no_data");
        all.put("errors.max.retries", "0");
        all.put("retriable.restart.connector.wait.ms", "100");
        all.put("event.processing.failure.handling.mode", "fail");
        all.put("skipped.operations", "u,d,t");
        all.put("tombstones.on.delete", "false");
        all.put("provide.transaction.metadata", "false");
    }

    /** So that nothing of a value is lost before it is made text. */
    private static void rendering(Map<String, String> all) {
        all.put("binary.handling.mode", "bytes");
        all.put("decimal.handling.mode", "string");
        all.put("column.propagate.source.type", ".*");
    }
}
