package io.outboxrelay.jdbc;

import java.io.FileNotFoundException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
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
    FILE(
            "correct sslrootcert=/path/to/ca.pem in source.url: a file of certificates in PEM that the relay's user may read"),
    OTHER_HOST(
            "write the host in source.url as the server's certificate names it, or give the server a certificate for that host");

    private final String remedy;

    TlsProblem(String remedy) {
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }

    static Optional<TlsProblem> of(SQLException error) {
        // The class that verifies names is named in every language.
        if (String.valueOf(error.getMessage()).contains("HostnameVerifier")) {
            return Optional.of(OTHER_HOST);
        }
        TlsProblem found = null;
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return Optional.of(EXPIRED);
            }
            if (cause instanceof CertPathBuilderException) {
                found = UNTRUSTED;
            } else if (cause instanceof FileNotFoundException
                    || (cause instanceof CertificateException && cause == error.getCause())) {
                found = FILE;
            }
        }
        return Optional.ofNullable(found);
    }
}
