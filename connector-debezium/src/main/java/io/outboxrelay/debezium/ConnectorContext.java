package io.outboxrelay.debezium;

import java.util.Map;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/** What Kafka Connect would be to a connector's task: its settings, and the offsets that it is told. */
record ConnectorContext(Map<String, String> configs, OffsetStorageReader offsetStorageReader)
        implements SourceTaskContext {

    @Override
    public PluginMetrics pluginMetrics() {
        throw new UnsupportedOperationException("there are no metrics of Kafka Connect here");
    }
}
