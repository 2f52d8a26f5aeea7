package io.outboxrelay.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;
import kafka.tools.StorageTool;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;

/**
 * What the embedded broker is started with.
 *
 * @param listeners where clients connect; the first also serves the broker itself
 * @param controllerPort where the controller's quorum of one listens
 * @param overrides settings by their Kafka name that win over the defaults
 */
record BrokerSettings(List<Listener> listeners, int controllerPort, Map<String, String> overrides) {

    private static final String PROXIED = "PROXIED";

    /**
     * One place where clients connect.
     *
     * @param port where it listens, on the loopback interface
     * @param toldPort the port that its clients are told to use: the same, or that of a proxy
     */
    record Listener(String name, BrokerSecurity security, int port, int toldPort) {

        String address() {
            return security.host() + ":" + port;
        }

        private String listens() {
            return name + "://127.0.0.1:" + port;
        }

        private String told() {
            return name + "://" + security.host() + ":" + toldPort;
        }
    }

    /**
     * A proxy that some clients come through.
     *
     * @param port where it listens, 0 for none
     */
    record Proxy(int port, BrokerSecurity security) {}

    BrokerSettings {
        listeners = List.copyOf(listeners);
        overrides = Map.copyOf(overrides);
    }

    static BrokerSettings onFreePorts(EnumSet<BrokerSecurity> securities, Proxy proxy, Map<String, String> overrides) {
        List<Listener> listeners = new ArrayList<>();
        for (BrokerSecurity security : securities) {
            int port = FreePort.pick();
            listeners.add(new Listener("C_" + security.name(), security, port, port));
        }
        if (proxy.port() != 0) {
            listeners.add(new Listener(PROXIED, proxy.security(), FreePort.pick(), proxy.port()));
        }
        return new BrokerSettings(listeners, FreePort.pick(), overrides);
    }

    Listener listener(BrokerSecurity security) {
        return listeners.stream()
                .filter(listener ->
                        listener.security() == security && !listener.name().equals(PROXIED))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the broker has no listener " + security));
    }

    /** The port behind the proxy, or 0. */
    int proxiedPort() {
        return listeners.stream()
                .filter(listener -> listener.name().equals(PROXIED))
                .mapToInt(Listener::port)
                .sum();
    }

    Properties properties(Path directory) {
        Properties properties = new Properties();
        configureListeners(properties);
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

    private void configureListeners(Properties properties) {
        String controller = "127.0.0.1:" + controllerPort;
        properties.put("listeners", joined(Listener::listens) + ",CONTROLLER://" + controller);
        properties.put("advertised.listeners", joined(Listener::told));
        properties.put(
                "listener.security.protocol.map",
                joined(listener -> listener.name() + ":" + listener.security().protocol()) + ",CONTROLLER:PLAINTEXT");
        properties.put("inter.broker.listener.name", listeners.get(0).name());
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("controller.quorum.voters", "1@" + controller);
        listeners.forEach(listener -> listener.security().configure(listener.name(), properties));
    }

    private String joined(Function<Listener, String> part) {
        return listeners.stream().map(part).collect(Collectors.joining(","));
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
