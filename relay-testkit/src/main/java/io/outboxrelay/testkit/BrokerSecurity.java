package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** How a listener of the embedded broker wants to be spoken to. */
public enum BrokerSecurity {
    /** Neither encrypted, nor is anybody asked who he is. */
    PLAINTEXT("PLAINTEXT", "127.0.0.1", Map.of()),
    /** TLS; the broker alone shows a certificate. */
    SSL("SSL", "localhost", Map.of()),
    /** TLS; clients show one as well. */
    MUTUAL_SSL("SSL", "localhost", Map.of("ssl.client.auth", "required")),
    /** TLS, and a password: by SCRAM-SHA-512, or by PLAIN for {@link EmbeddedKafka#PLAIN_USER}. */
    SASL_SSL("SASL_SSL", "localhost", Map.of()),
    /** A password by SCRAM-SHA-512 or PLAIN, over a connection that is not encrypted. */
    SASL_PLAINTEXT("SASL_PLAINTEXT", "127.0.0.1", Map.of());

    private static final String SECURITY = "org.apache.kafka.common.security.";

    private final String protocol;
    private final String host;
    private final Map<String, String> own;

    BrokerSecurity(String protocol, String host, Map<String, String> own) {
        this.protocol = protocol;
        this.host = host;
        this.own = own;
    }

    /** Kafka's name for it. */
    String protocol() {
        return protocol;
    }

    /** How clients are told to call the host; certificates are made for that name. */
    String host() {
        return host;
    }

    /** Adds what a listener of this name needs. */
    void configure(String listener, Properties properties) {
        String prefix = "listener.name." + listener.toLowerCase(Locale.ROOT) + ".";
        own.forEach((name, value) -> properties.put(prefix + name, value));
        if (protocol.startsWith("SASL")) {
            properties.put(prefix + "sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN");
            properties.put(prefix + "scram-sha-512.sasl.jaas.config", SECURITY + "scram.ScramLoginModule required;");
            properties.put(
                    prefix + "plain.sasl.jaas.config",
                    SECURITY + "plain.PlainLoginModule required user_" + EmbeddedKafka.PLAIN_USER + "=\""
                            + EmbeddedKafka.PLAIN_PASSWORD + "\";");
        }
    }

    /** What a broker keeps of certificates, for all its listeners: its own, and the one that those of clients are signed by. */
    static Map<String, String> certificates(CertificateAuthority.Identity identity, Path trusted) {
        return Map.of(
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                identity.both().toString(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                trusted.toString());
    }
}
