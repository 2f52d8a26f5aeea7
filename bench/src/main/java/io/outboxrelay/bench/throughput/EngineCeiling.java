package io.outboxrelay.bench.throughput;

import io.debezium.connector.postgresql.PostgresConnector;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/**
 * What is possible at all with Debezium: its connector alone, well set up, polled in a loop that counts the rows and forgets them. No
 * Kafka, no decoding, nothing confirmed.
 */
public final class EngineCeiling {

    private EngineCeiling() {}

    /**
     * Reads the log, then waits to be killed, so that what it used can be read.
     *
     * @param arguments host, port, database, role, slot (and publication), the file to count in
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        SharedCount count = SharedCount.in(Path.of(arguments[5]));
        PostgresConnectorTask task = new PostgresConnectorTask();
        Map<String, String> settings = settings(arguments);
        task.initialize(new Context(settings));
        task.start(settings);
        long rows = 0;
        while (System.in.available() == 0) {
            List<SourceRecord> records = task.poll();
            if (records == null) {
                continue;
            }
            for (SourceRecord record : records) {
                // Heartbeats have no operation.
                if (record.valueSchema() != null && record.valueSchema().field("op") != null) {
                    rows++;
                }
            }
            count.set(rows);
        }
    }

    private static Map<String, String> settings(String[] arguments) {
        Map<String, String> settings = new HashMap<>();
        settings.put("connector.class", PostgresConnector.class.getName());
        settings.put("name", "ceiling");
        settings.put("topic.prefix", "ceiling");
        settings.put("database.hostname", arguments[0]);
        settings.put("database.port", arguments[1]);
        settings.put("database.dbname", arguments[2]);
        settings.put("database.user", arguments[3]);
        settings.put("database.password", "");
        settings.put("plugin.name", "pgoutput");
        settings.put("slot.name", arguments[4]);
        settings.put("publication.name", arguments[4]);
        settings.put("publication.autocreate.mode", "disabled");
        settings.put("snapshot.mode", "no_data");
        settings.put("lsn.flush.mode", "connector");
        settings.put("tombstones.on.delete", "false");
        // What costs for each record, and nobody looks at; and a queue that is never empty.
        settings.put("statistics.metrics.enabled", "false");
        settings.put("extended.headers.enabled", "false");
        settings.put("poll.interval.ms", "5");
        settings.put("max.batch.size", "2048");
        settings.put("max.queue.size", "8192");
        return settings;
    }

    /** What Kafka Connect would be. */
    private record Context(Map<String, String> configs) implements SourceTaskContext, OffsetStorageReader {
        @Override
        public OffsetStorageReader offsetStorageReader() {
            return this;
        }

        @Override
        public PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException("there are no metrics here");
        }

        @Override
        @SuppressWarnings("NullAway") // Kafka's interface answers null where nothing is stored.
        public <T> @Nullable Map<String, Object> offset(Map<String, T> partition) {
            return null;
        }

        @Override
        public <T> Map<Map<String, T>, Map<String, Object>> offsets(Collection<Map<String, T>> partitions) {
            return Map.of();
        }
    }
}
