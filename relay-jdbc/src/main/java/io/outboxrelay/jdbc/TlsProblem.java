package io.outboxrelay.jdbc;

import java.io.FileNotFoundException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.spec.InvalidKeySpecException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What is wrong with an encrypted connection when it is not the network: a certificate, or a file of them. Told by the errors
 * behind the driver's own, because the driver translates its messages and gives all of them the state of a cut connection.
 */
enum TlsProblem {
    EXPIRED("renew the server's certificate, or set the clock of the one or the other: it is not valid at this time"),
    UNTRUSTED(
            "let sslrootcert=/path/to/ca.pem in source.url name the certificate of the authority that signed the server's"),
    AUTHORITIES(
            "correct sslrootcert=/path/to/ca.pem in source.url: a file of certificates in PEM that the relay's user may read"),
    OWN_CERTIFICATE(
            "correct sslcert=/path/to/relay.crt in source.url: the relay's own certificate in PEM, which the relay's user may read"),
    OWN_KEY(
            "correct sslkey=/path/to/relay.pk8 in source.url: the key of sslcert in PKCS 8 and DER, which the relay's user may read"),
    OTHER_HOST(
            "write the host in source.url as the server's certificate names it, or give the server a certificate for that host");

    private final String remedy;

    TlsProblem(String remedy) {
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }

    /**
     * The problem behind an error.
     *
     * @param parameters of the URL that was connected to: they tell whose file it is about
     */
    static Optional<TlsProblem> of(SQLException error, UrlParameters parameters) {
        String said = String.valueOf(error.getMessage());
        // The class that verifies names is named in every language.
        if (said.contains("HostnameVerifier")) {
            return Optional.of(OTHER_HOST);
        }
        TlsProblem found = null;
        for (Throwable cause = error; cause != null && found == null; cause = cause.getCause()) {
            found = parameters
                    .tlsFileIn(String.valueOf(cause.getMessage()))
                    .map(TlsProblem::with)
                    .orElse(cause instanceof InvalidKeySpecException ? OWN_KEY : null);
        }
        if (found != null) {
            return Optional.of(found);
        }
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return Optional.of(EXPIRED);
            }
            if (cause instanceof CertPathBuilderException) {
                found = UNTRUSTED;
            } else if (cause instanceof FileNotFoundException
                    || (cause instanceof CertificateException && cause == error.getCause())) {
                // The driver names the file of authorities, also where it is the default one, and not that of the
                // relay's own.
                found = parameters.has("sslcert") && !said.contains("root.crt") ? OWN_CERTIFICATE : AUTHORITIES;
            }
        }
        return Optional.ofNullable(found);
    }

    /** What is wrong when the file of this parameter is. */
    private static TlsProblem with(String parameter) {
        return switch (parameter) {
            case "sslkey" -> OWN_KEY;
            case "sslcert" -> OWN_CERTIFICATE;
            default -> AUTHORITIES;
        };
    }
}
