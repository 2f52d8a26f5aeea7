package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker in this JVM: one KRaft node that is controller and broker, on the loopback interface: plaintext, and encrypted or with
 * passwords where the {@linkplain Builder#secured builder} says so.
 *
 * <p>The address and the log directories outlive a stop: {@link #stop()} is an outage, {@link #start()} ends it and
 * clients come back by themselves with everything they had been promised. {@link #close()} deletes the directories; so
 * does the end of the JVM, whatever ended it. Nothing is retained by age, so that old timestamps survive.
 *
 * <p>Safe to use from any thread; start, stop and close exclude each other.
 */
public final class EmbeddedKafka implements AutoCloseable {
    /** Known to listeners with passwords by the mechanism PLAIN. */
    public static final String PLAIN_USER = "plain-relay";

    /** Of {@link #PLAIN_USER}. */
    public static final String PLAIN_PASSWORD = "pl4in-s3cret";

    private static final int BIND_ATTEMPTS_MAX = 5;
    private static final long ADMIN_TIMEOUT_SECONDS = 30;

    private final Path directory = ScratchDirectory.create("outbox-relay-kafka-");
    private final AfterExit cleanUp = AfterExit.run("rm -rf -- \"$1\"", directory.toString());
    private final BrokerSettings settings;
    private @Nullable KafkaRaftServer server;
    private boolean formatted;

    private EmbeddedKafka(BrokerSettings settings) {
        this.settings = settings;
    }

    /** Options for a broker; {@link Builder#start()} starts it. */
    public static Builder builder() {
        return new Builder();
    }

    /** A broker with default options: topics are created on first use, with three partitions. */
    public static EmbeddedKafka started() {
        return builder().start();
    }

    /** {@code host:port} of the broker, the same before and after an outage. */
    public String bootstrapServers() {
        return bootstrapServers(BrokerSecurity.PLAINTEXT);
    }

    /** {@code host:port} of a listener that the builder was asked for. */
    public String bootstrapServers(BrokerSecurity security) {
        return settings.listener(security).address();
    }

    /** The port behind {@link Builder#proxiedAt(int)}: where the proxy must forward to. */
    public int proxiedPort() {
        return settings.proxiedPort();
    }

    public synchronized boolean isRunning() {
        return server != null;
    }

    /**
     * Starts the broker on its address, with the data of its last run; nothing happens when it is running.
     *
     * @throws KafkaException when it does not start, for instance because its port was taken meanwhile
     */
    public synchronized void start() {
        if (server != null) {
            return;
        }
        if (!formatted) {
            settings.formatStorage(directory);
            formatted = true;
        }
        KafkaRaftServer starting =
                new KafkaRaftServer(KafkaConfig.fromProps(settings.properties(directory), false), Time.SYSTEM);
        try {
            starting.startup();
        } catch (RuntimeException e) {
            shutDown(starting);
            throw e;
        }
        server = starting;
    }

    /** Stops the broker and leaves its data: an outage for every client. Nothing happens when it is stopped. */
    public synchronized void stop() {
        KafkaRaftServer running = server;
        if (running != null) {
            server = null;
            shutDown(running);
        }
    }

    /** Stops the broker and deletes its data. */
    @Override
    public synchronized void close() {
        stop();
        ScratchDirectory.delete(directory);
        cleanUp.close();
    }

    /** Creates a topic and waits until the broker knows it. */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /**
     * Creates a topic and waits until the broker knows it.
     *
     * @param configs topic settings, such as {@code max.message.bytes}
     * @throws KafkaException when the broker refuses, or has not answered within 30 seconds
     */
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        try (Admin admin = admin()) {
            NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.of((short) 1)).configs(configs);
            admin.createTopics(List.of(topic)).all().get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new KafkaException("topic " + name + " was not created", e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("topic " + name + " was not created in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while creating topic " + name, e);
        }
    }

    /**
     * Makes a user for SCRAM-SHA-512, or gives him another password. The broker goes by it within moments of the return;
     * connections that stand are not asked again.
     *
     * @throws KafkaException when the broker refuses, or has not answered within 30 seconds
     */
    public void setScramPassword(String user, String password) {
        ScramCredentialInfo strength = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
        try (Admin admin = admin()) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, strength, password)))
                    .all()
                    .get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("the password of " + user + " was not set", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while setting the password of " + user, e);
        }
    }

    /** An administration client for this broker; the caller closes it. */
    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    private static void shutDown(KafkaRaftServer server) {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Options of a broker, with defaults for tests. Confined to one thread. */
    public static final class Builder {
        private final Map<String, String> overrides = new HashMap<>();
        private final EnumSet<BrokerSecurity> securities = EnumSet.of(BrokerSecurity.PLAINTEXT);
        private BrokerSettings.Proxy proxy = new BrokerSettings.Proxy(0, BrokerSecurity.PLAINTEXT);

        private Builder() {}

        /** Whether a topic comes into being on first use; it does by default. */
        public Builder autoCreateTopics(boolean create) {
            return set("auto.create.topics.enable", Boolean.toString(create));
        }

        /** Partitions of a topic that is created on first use; three by default. */
        public Builder defaultPartitions(int partitions) {
            return set("num.partitions", Integer.toString(partitions));
        }

        /** Any broker setting by its Kafka name. */
        public Builder set(String name, String value) {
            overrides.put(name, value);
            return this;
        }

        /**
         * Adds a listener that tells its clients to come back through {@code 127.0.0.1:port}, where a {@link TcpProxy}
         * listens that forwards to {@link EmbeddedKafka#proxiedPort()}. Without it, a client would leave the proxy after
         * the first metadata answer.
         */
        public Builder proxiedAt(int port) {
            return proxiedAt(port, BrokerSecurity.PLAINTEXT);
        }

        /** The same with a listener that wants to be spoken to so. */
        public Builder proxiedAt(int port, BrokerSecurity security) {
            proxy = new BrokerSettings.Proxy(port, security);
            return this;
        }

        /**
         * Adds listeners beside the plaintext one.
         *
         * @param identity what the broker shows, made out to {@code localhost}
         * @param trusted PEM of the authority whose clients {@link BrokerSecurity#MUTUAL_SSL} lets in
         */
        public Builder secured(CertificateAuthority.Identity identity, Path trusted, BrokerSecurity... listeners) {
            overrides.putAll(BrokerSecurity.certificates(identity, trusted));
            securities.addAll(List.of(listeners));
            return this;
        }

        /** Starts the broker on ports that are free now. */
        public EmbeddedKafka start() {
            for (int attempt = 1; ; attempt++) {
                EmbeddedKafka kafka = new EmbeddedKafka(BrokerSettings.onFreePorts(securities, proxy, overrides));
                try {
                    kafka.start();
                    return kafka;
                } catch (RuntimeException e) {
                    kafka.close();
                    // Another process can take the port between the choice and the bind; other ports then.
                    if (attempt == BIND_ATTEMPTS_MAX) {
                        throw e;
                    }
                }
            }
        }
    }
}
