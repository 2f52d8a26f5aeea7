package io.outboxrelay.publish;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Failure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.jspecify.annotations.Nullable;

/**
 * What it means that relay and brokers do not get as far as speaking of messages: the one does not trust the other, or no
 * client can be made of the settings at all. Names the setting at fault.
 */
final class SecurityFailures {

    /** A relay that ran before tries again with what its files hold by then. */
    private static final String READ_AGAIN = "; what comes from files is read anew at each attempt";

    /** How TLS says that it is the client's certificate that is not liked. */
    private static final String FROM_BROKER = "Received fatal alert: ";

    /** Settings that name a file, the type and the password of which stand beside it. */
    private static final List<String> STORES = List.of("ssl.truststore", "ssl.keystore");

    private SecurityFailures() {}

    /** The brokers refuse the relay, or the relay them. */
    static Failure refused(AuthenticationException error) {
        Failure refused = Failure.of(
                MISCONFIGURED, "Kafka: " + KafkaFailures.describe(error) + detail(error), remedy(error), error);
        return isOfLogin(error) ? refused.ofLogin() : refused;
    }

    /** No account is locked for a certificate, nor for a way to log in that there is not. */
    private static boolean isOfLogin(AuthenticationException error) {
        return !(error instanceof SslAuthenticationException
                || error instanceof UnsupportedSaslMechanismException
                || error instanceof IllegalSaslStateException);
    }

    private static String detail(AuthenticationException error) {
        Throwable cause = error.getCause();
        return cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
    }

    private static String remedy(AuthenticationException error) {
        if (error instanceof SslAuthenticationException) {
            return tlsRemedy(error) + READ_AGAIN;
        }
        if (error instanceof UnsupportedSaslMechanismException) {
            return "set kafka.sasl.mechanism to one that the brokers enable";
        }
        if (error instanceof IllegalSaslStateException) {
            return "set kafka.security.protocol to SSL or PLAINTEXT, or name a listener with passwords (SASL) in"
                    + " kafka.bootstrap.servers";
        }
        return "correct the user and the password in kafka.sasl.jaas.config, or give the user that password at the brokers"
                + READ_AGAIN;
    }

    private static String tlsRemedy(Throwable error) {
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            String said = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "renew the brokers' certificate, or set the clock of the one or the other: it is not valid at this time";
            }
            if (cause instanceof CertPathBuilderException) {
                return "let kafka.ssl.truststore.location name the certificate of the authority that signed the brokers'"
                        + " (kafka.ssl.truststore.type: PEM for a PEM file)";
            }
            // The root of its kind: what checks the path has classes of its own, the check of the name has not.
            if (cause.getClass() == CertificateException.class && said.startsWith("No ")) {
                return "write the hosts in kafka.bootstrap.servers, and the brokers' advertised.listeners, as their certificates"
                        + " name them, or give them certificates for these hosts";
            }
            if (said.startsWith(FROM_BROKER)) {
                return "let kafka.ssl.keystore.location name a certificate with its key that the brokers trust"
                        + " (kafka.ssl.keystore.type: PEM for a PEM file); they do not let in the one shown, or none";
            }
        }
        return "check kafka.security.protocol and the certificates in kafka.ssl.*";
    }

    /** The brokers refuse a producer that was let in before: which of both sides changed is not known. */
    static Failure refusedLater(PublisherSettings settings) {
        String protocol = settings.securityProtocol();
        String what = "the brokers at " + settings.bootstrapServers() + " refuse the connection";
        return protocol.startsWith("SASL")
                ? Failure.of(
                                MISCONFIGURED,
                                what + " for its credentials",
                                "give kafka.sasl.jaas.config the password that the brokers know" + READ_AGAIN)
                        .ofLogin()
                : Failure.of(
                        MISCONFIGURED,
                        what + " for its certificates",
                        "see that kafka.ssl.keystore and kafka.ssl.truststore fit the brokers' certificates"
                                + READ_AGAIN);
    }

    /** No client could be made of settings that were found valid. */
    static Failure construction(Throwable thrown, PublisherSettings settings) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            boolean unresolvable = cause instanceof ConfigException
                    && String.valueOf(cause.getMessage()).contains("No resolvable bootstrap urls");
            if (unresolvable) {
                return Failure.of(
                        TRANSIENT,
                        "none of the hosts in kafka.bootstrap.servers=" + settings.bootstrapServers()
                                + " can be resolved",
                        "check the names and the DNS; the relay goes on by itself once one resolves",
                        thrown);
            }
            boolean missingModule = String.valueOf(cause.getMessage()).contains("No LoginModule found");
            if ((cause instanceof LoginException && !missingModule) || isNetwork(cause)) {
                return Failure.of(
                        TRANSIENT,
                        "Kafka: " + KafkaFailures.describe(cause),
                        "see whether the login service can be reached and knows the relay",
                        thrown);
            }
        }
        Failure named = named(thrown, settings.producerConfig());
        return named != null
                ? named
                : Failure.of(
                        MISCONFIGURED,
                        "Kafka client: " + KafkaFailures.describe(root(thrown)),
                        "correct the kafka.* settings",
                        thrown);
    }

    /** The same with the name of the setting at fault, or null when that is not known. */
    private static @Nullable Failure named(Throwable thrown, Map<String, Object> config) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String said = String.valueOf(cause.getMessage());
            if (said.contains("JAAS config") || said.contains("LoginModule")) {
                // Kafka's own words may repeat the part of the password that it stumbled over.
                return Failure.of(
                        MISCONFIGURED,
                        "kafka.sasl.jaas.config cannot be used (not shown: it holds a password)",
                        "write it as <login module> required username=\"...\" password=\"...\"; with the semicolon at its end"
                                + " and a login module that fits kafka.sasl.mechanism, such as"
                                + " org.apache.kafka.common.security.scram.ScramLoginModule");
            }
            if (said.contains("key store password is not specified")) {
                return Failure.of(
                        MISCONFIGURED,
                        "kafka.ssl.keystore.location has a file that needs kafka.ssl.keystore.password, which is missing",
                        "give it, or set kafka.ssl.keystore.type: PEM for a PEM file",
                        thrown);
            }
            for (String store : STORES) {
                Object file = config.get(store + ".location");
                boolean aboutKey = String.valueOf(root(thrown).getMessage()).contains("PRIVATE KEY");
                if (file != null && said.contains(file.toString()) && !(aboutKey && store.endsWith("truststore"))) {
                    return Failure.of(
                            MISCONFIGURED,
                            "kafka." + store + ".location: " + KafkaFailures.describe(root(thrown)) + ", at " + file,
                            storeRemedy(store, thrown, config),
                            thrown);
                }
            }
        }
        return null;
    }

    private static String storeRemedy(String store, Throwable thrown, Map<String, Object> config) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnrecoverableKeyException) {
                return "correct kafka." + store + ".password";
            }
            if (cause instanceof IOException && cause.getCause() == null && !isMissing(cause)) {
                return "correct kafka." + store + ".type, which is "
                        + Objects.requireNonNullElse(config.get(store + ".type"), "JKS") + ": JKS, PKCS12 or PEM";
            }
        }
        return "name a file that the relay's user may read, with what it should hold: "
                + (store.endsWith("keystore") ? "a certificate and its private key" : "certificates of authorities");
    }

    private static boolean isMissing(Throwable cause) {
        return cause instanceof FileSystemException || cause instanceof FileNotFoundException;
    }

    private static boolean isNetwork(Throwable cause) {
        return cause instanceof ConnectException
                || cause instanceof SocketTimeoutException
                || cause instanceof UnknownHostException;
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }
}
