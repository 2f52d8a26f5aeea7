package io.outboxrelay.sidecar;

import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.MountedSecret;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A database and a broker that speak TLS and ask for passwords, and the settings of a relay that has those in files. */
final class SecuredServers implements AutoCloseable {
    static final String ROLE = "relay_role";
    static final String DATABASE_PASSWORD = "c4nary-database-1";
    static final String BROKER_PASSWORD = "c4nary-broker-1";

    private static final String DATABASE_FILE = "database-password";
    private static final String BROKER_FILE = "broker-password";
    private static final String PREFIX = "secured.";

    private final EmbeddedDatabase database;
    private final EmbeddedKafka kafka;
    private final TcpProxy proxy = TcpProxy.started();
    private final CertificateAuthority authority;
    private final Map<String, String> secrets =
            new LinkedHashMap<>(Map.of(DATABASE_FILE, DATABASE_PASSWORD + "\n", BROKER_FILE, BROKER_PASSWORD + "\n"));
    private final MountedSecret mounted;

    SecuredServers(Path directory) throws SQLException, IOException {
        authority = CertificateAuthority.in(directory, "authority");
        mounted = MountedSecret.in(Files.createDirectory(directory.resolve("mounted")), secrets);
        CertificateAuthority.Identity identity = authority.issue("localhost");
        database = EmbeddedDatabase.builder().passwordsRequired().start();
        database.useCertificate(identity);
        database.execute("CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + DATABASE_PASSWORD + "';"
                + OutboxSchema.standard().createAll() + "GRANT SELECT, DELETE ON outbox TO " + ROLE
                + "; DO $$ BEGIN EXECUTE 'GRANT SELECT ON SEQUENCE ' || pg_get_serial_sequence('outbox', 'seq') || ' TO "
                + ROLE
                + "'; END $$");
        kafka = EmbeddedKafka.builder()
                .secured(identity, authority.certificate(), BrokerSecurity.SSL)
                .proxiedAt(proxy.port(), BrokerSecurity.SASL_SSL)
                .start();
        proxy.forwardTo(kafka.proxiedPort());
        kafka.setScramPassword(ROLE, BROKER_PASSWORD);
    }

    EmbeddedDatabase database() {
        return database;
    }

    EmbeddedKafka kafka() {
        return kafka;
    }

    /** What the topics of the relay's events begin with. */
    String prefix() {
        return PREFIX;
    }

    /** Settings that work, with every secret in a file of its own. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(
                "source.url",
                "jdbc:postgresql://localhost:" + database.port() + "/postgres?sslmode=verify-full&sslrootcert="
                        + authority.certificate() + "&channelBinding=require");
        settings.put("source.username", ROLE);
        settings.put("source.password", "${file:" + mounted.file(DATABASE_FILE) + "}");
        settings.put("outbox.table", "public.outbox");
        settings.put("route.topic", PREFIX + "${aggregatetype}");
        settings.put("kafka.bootstrap.servers", "localhost:" + proxy.port());
        settings.put("kafka.security.protocol", "SASL_SSL");
        settings.put("kafka.ssl.truststore.type", "PEM");
        settings.put("kafka.ssl.truststore.location", authority.certificate().toString());
        settings.put("kafka.sasl.mechanism", "SCRAM-SHA-512");
        settings.put(
                "kafka.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + ROLE
                        + "\" password=\"${file:" + mounted.file(BROKER_FILE) + "}\";");
        return settings;
    }

    /** From now on the server asks for another password; the sessions of the relay are ended. */
    void changePasswordAtDatabase(String password) throws SQLException {
        database.execute("ALTER ROLE " + ROLE + " PASSWORD '" + password + "';"
                + "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + ROLE + "'");
    }

    void changePasswordFileOfDatabase(String password) {
        secrets.put(DATABASE_FILE, password + "\n");
        mounted.replace(secrets);
    }

    /** From now on, give or take moments, the broker asks for another password. */
    void changePasswordAtBroker(String password) {
        kafka.setScramPassword(ROLE, password);
    }

    void cutBrokerConnections() {
        proxy.resetConnections();
    }

    void changePasswordFileOfBroker(String password) {
        secrets.put(BROKER_FILE, password + "\n");
        mounted.replace(secrets);
    }

    @Override
    public void close() {
        proxy.close();
        kafka.close();
        database.close();
    }
}
