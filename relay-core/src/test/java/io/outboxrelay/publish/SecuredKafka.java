package io.outboxrelay.publish;

import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.TcpProxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A broker that can be spoken to in every way, and the settings of a relay that does so. */
final class SecuredKafka implements AutoCloseable {
    static final String USER = "relay";
    static final String PASSWORD = "sc4am-s3cret";

    private static final String SECURITY = "org.apache.kafka.common.security.";

    final CertificateAuthority authority;
    final EmbeddedKafka kafka;
    final TcpProxy proxy = TcpProxy.started();
    /** Before the same listener, which knows nothing of it: only the first connection of a client goes through it. */
    final TcpProxy entrance = TcpProxy.started();

    /** @param proxied how clients speak that come through the proxy */
    SecuredKafka(Path directory, BrokerSecurity proxied) {
        authority = CertificateAuthority.in(directory, "authority");
        kafka = EmbeddedKafka.builder()
                .secured(authority.issue("localhost"), authority.certificate(), BrokerSecurity.values())
                .proxiedAt(proxy.port(), proxied)
                .start();
        proxy.forwardTo(kafka.proxiedPort());
        entrance.forwardTo(kafka.proxiedPort());
        kafka.setScramPassword(USER, PASSWORD);
    }

    /** Settings that fit a listener. */
    Map<String, String> fitting(BrokerSecurity security) {
        Map<String, String> settings = new HashMap<>(Map.of("bootstrap.servers", kafka.bootstrapServers(security)));
        switch (security) {
            case PLAINTEXT -> {}
            case SSL -> settings.putAll(trusting("SSL", authority));
            case MUTUAL_SSL -> {
                settings.putAll(trusting("SSL", authority));
                settings.putAll(showing(authority.issue("relay").both()));
            }
            case SASL_SSL -> {
                settings.putAll(trusting("SASL_SSL", authority));
                settings.putAll(scram(PASSWORD));
            }
            case SASL_PLAINTEXT -> {
                settings.put("security.protocol", "SASL_PLAINTEXT");
                settings.putAll(scram(PASSWORD));
            }
        }
        return settings;
    }

    /** The same, through the proxy. */
    Map<String, String> proxied(BrokerSecurity security) {
        return with(fitting(security), Map.of("bootstrap.servers", "localhost:" + proxy.port()));
    }

    /** The same, where the first connection, which asks who the brokers are, is another one than theirs. */
    Map<String, String> enteringElsewhere(BrokerSecurity security) {
        return with(fitting(security), Map.of("bootstrap.servers", "localhost:" + entrance.port()));
    }

    static Map<String, String> trusting(String protocol, CertificateAuthority trusted) {
        return Map.of(
                "security.protocol",
                protocol,
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                trusted.certificate().toString());
    }

    static Map<String, String> showing(Path certificateAndKey) {
        return Map.of("ssl.keystore.type", "PEM", "ssl.keystore.location", certificateAndKey.toString());
    }

    static Map<String, String> scram(String password) {
        return Map.of("sasl.mechanism", "SCRAM-SHA-512", "sasl.jaas.config", login("scram.Scram", USER, password));
    }

    static Map<String, String> plain(String password) {
        return Map.of(
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                login("plain.Plain", EmbeddedKafka.PLAIN_USER, password));
    }

    private static String login(String module, String user, String password) {
        return SECURITY + module + "LoginModule required username=\"" + user + "\" password=\"" + password + "\";";
    }

    static Map<String, String> with(Map<String, String> settings, Map<String, String> others) {
        Map<String, String> changed = new HashMap<>(settings);
        changed.putAll(others);
        return changed;
    }

    @Override
    public void close() {
        proxy.close();
        entrance.close();
        kafka.close();
    }
}
