package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.CertificateAuthority;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and SCRAM against a real server with a certificate of the test's own. */
class EncryptedConnectionsIT {
    private static final String PASSWORD = "open-sesame";

    @TempDir
    static Path directory;

    private static EmbeddedDatabase server;
    private static CertificateAuthority authority;

    @BeforeAll
    static void start() throws SQLException {
        server = EmbeddedDatabase.builder().passwordsRequired().start();
        server.execute("CREATE ROLE relay LOGIN PASSWORD '" + PASSWORD + "'");
        authority = CertificateAuthority.in(directory, "authority");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void sound_certificate() throws SQLException {
        server.useCertificate(authority.issue("localhost"));
    }

    @Test
    void a_certificate_of_the_right_authority_for_the_right_host_is_accepted() throws SQLException {
        try (Connection connection = relay(verifying(authority), PASSWORD).openSession();
                ResultSet row = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT ssl, version, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            row.next();
            assertThat(row.getBoolean(1)).isTrue();
            assertThat(row.getString(2)).startsWith("TLSv1.");
            assertThat(row.getString(3)).isEqualTo("relay");
        }
    }

    @Test
    void a_password_can_be_bound_to_the_channel_and_then_goes_over_no_other() throws SQLException {
        relay(verifying(authority) + "&channelBinding=require", PASSWORD).open().close();
        assertRefused(failure(url("127.0.0.1", "disable") + "&channelBinding=require", PASSWORD), "sslmode");
    }

    @Test
    void a_wrong_password_is_a_wrong_setting_over_tls_too() {
        assertRefused(failure(verifying(authority), "wrong-" + PASSWORD), "source.password");
    }

    @Test
    void a_certificate_for_another_host_is_refused() {
        assertRefused(failure(url("127.0.0.1", "verify-full") + root(authority), PASSWORD), "the host in source.url");
    }

    @Test
    void a_certificate_of_an_unknown_authority_is_refused() {
        CertificateAuthority other = CertificateAuthority.in(directory, "other");
        assertRefused(failure(verifying(other), PASSWORD), "sslrootcert=", "authority that signed");
    }

    @Test
    void a_certificate_that_has_expired_is_refused() throws SQLException {
        server.useCertificate(authority.issueExpired("localhost"));
        assertRefused(failure(verifying(authority), PASSWORD), "renew the server's certificate");
    }

    @Test
    void a_file_of_authorities_that_is_missing_or_none_is_named() throws IOException {
        Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");
        for (Path file : List.of(directory.resolve("missing.pem"), junk)) {
            assertRefused(
                    failure(url("localhost", "verify-full") + "&sslrootcert=" + file, PASSWORD),
                    file.toString(),
                    "correct sslrootcert=");
        }
    }

    @Test
    void a_file_of_the_relays_own_that_cannot_be_used_is_named_and_not_that_of_authorities() throws Exception {
        server.askForCertificates(authority);
        CertificateAuthority.Identity own = authority.issue("relay");
        Path missing = directory.resolve("missing.pem");
        Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");
        for (Path unusable : List.of(missing, junk)) {
            assertRefused(
                    failure(verifying(authority) + "&sslcert=" + unusable + "&sslkey=" + own.key(), PASSWORD),
                    "correct sslcert=");
            assertRefused(
                    failure(verifying(authority) + "&sslcert=" + own.certificate() + "&sslkey=" + unusable, PASSWORD),
                    "correct sslkey=");
        }
    }

    @Test
    void a_parameter_that_the_driver_cannot_use_is_named_with_what_it_can() {
        assertRefused(failure(url("localhost", "verify-ful"), PASSWORD), "sslmode=verify-ful", "verify-full");
        for (String mistaken : List.of(
                "sslfactory=org.example.Factory",
                "sslhostnameverifier=org.example.Verifier",
                "socketFactory=org.example.Sockets",
                "authenticationPluginClassName=org.example.Plugin",
                "channelBinding=yes",
                "sslNegotiation=fast",
                "targetServerType=leader",
                "autosave=maybe",
                "connectTimeout=soon",
                "sslmod=require")) {
            assertRefused(
                    failure(url("localhost", "prefer") + "&" + mistaken, PASSWORD),
                    mistaken.substring(0, mistaken.indexOf('=')));
        }
        assertThat(failure(url("localhost", "prefer") + "&password=" + PASSWORD + "&s3cret", PASSWORD)
                        .summary())
                .contains("not shown")
                .doesNotContain("s3cret");
    }

    @Test
    void parameters_that_a_plugin_may_know_are_let_pass() throws SQLException {
        String plugin = "&sslfactory=org.postgresql.ssl.NonValidatingFactory&myOwn=1&sslNegotiation=POSTGRES";
        relay(url("localhost", "require") + plugin, PASSWORD).open().close();
    }

    /** At a first start this ends the relay; one that ran before tries again. */
    private static void assertRefused(Failure failure, String... said) {
        assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary()).contains(said).doesNotContain(PASSWORD);
    }

    private static String verifying(CertificateAuthority trusted) {
        return url("localhost", "verify-full") + root(trusted);
    }

    private static String root(CertificateAuthority trusted) {
        return "&sslrootcert=" + trusted.certificate();
    }

    private static String url(String host, String mode) {
        return "jdbc:postgresql://" + host + ":" + server.port() + "/postgres?sslmode=" + mode;
    }

    private static PostgresConnections relay(String url, String password) {
        return new PostgresConnections(ConnectionSettings.of(url, "relay", password));
    }

    private static Failure failure(String url, String password) {
        return catchThrowableOfType(RelayException.class, relay(url, password)::open)
                .failure();
    }
}
