package io.outboxrelay.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.tools.StorageTool;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;

/**
 * What the embedded broker is started with.
 *
 * @param clientPort where clients and the broker itself connect
 * @param controllerPort where the controller's quorum of one listens
 * @param proxiedPort a second port for clients behind a proxy, 0 for none
 * @param proxyPort the port that clients of {@code proxiedPort} are told to use
 * @param overrides settings by their Kafka name that win over the defaults
 */
record BrokerSettings(
        int clientPort, int controllerPort, int proxiedPort, int proxyPort, Map<String, String> overrides) {

    BrokerSettings {
        overrides = Map.copyOf(overrides);
    }

    static BrokerSettings onFreePorts(int proxyPort, Map<String, String> overrides) {
        int proxiedPort = proxyPort == 0 ? 0 : FreePort.pick();
        return new BrokerSettings(FreePort.pick(), FreePort.pick(), proxiedPort, proxyPort, overrides);
    }

    Properties properties(Path directory) {
        Properties properties = new Properties();
        listeners(properties);
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("log.dirs", directory.resolve("data").toString());
        properties.put("num.partitions", "3");
        properties.put("default.replication.factor", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("offsets.topic.num.partitions", "3");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("transaction.state.log.num.partitions", "3");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        // Retention goes by record timestamps, which a relay takes from rows: an old row must not be deleted as read.
        properties.put("log.retention.ms", "-1");
        // The default takes 128 MB of heap for compaction.
        properties.put("log.cleaner.dedupe.buffer.size", "2097152");
        properties.put("num.network.threads", "2");
        properties.put("num.io.threads", "4");
        properties.put("background.threads", "2");
        properties.put("controller.quorum.election.timeout.ms", "100");
        properties.putAll(overrides);
        return properties;
    }

    private void listeners(Properties properties) {
        String client = "CLIENT://127.0.0.1:" + clientPort;
        String controller = ",CONTROLLER://127.0.0.1:" + controllerPort;
        String proxied = proxiedPort == 0 ? "" : ",PROXIED://127.0.0.1:" + proxiedPort;
        String advertised = proxiedPort == 0 ? "" : ",PROXIED://127.0.0.1:" + proxyPort;
        properties.put("listeners", client + proxied + controller);
        properties.put("advertised.listeners", client + advertised);
        properties.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("inter.broker.listener.name", "CLIENT");
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    }

    /** Writes cluster id and metadata version into the empty log directory, as {@code kafka-storage.sh format} does. */
    void formatStorage(Path directory) {
        Path file = directory.resolve("server.properties");
        try (OutputStream out = Files.newOutputStream(file)) {
            properties(directory).store(out, null);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String[] arguments = {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()};
        int status = StorageTool.execute(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
        if (status != 0) {
            throw new KafkaException(
                    "the broker's storage was not formatted: " + said.toString(StandardCharsets.UTF_8));
        }
    }
}
