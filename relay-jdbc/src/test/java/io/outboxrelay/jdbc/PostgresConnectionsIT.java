package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresConnectionsIT {
    private static final String PASSWORD = "open-sesame";

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = EmbeddedDatabase.builder().passwordsRequired().start();
        server.execute(
                "CREATE ROLE relay LOGIN PASSWORD '" + PASSWORD + "'; ALTER ROLE relay SET bytea_output = 'escape';"
                        + "ALTER ROLE relay SET intervalstyle = 'sql_standard'; ALTER ROLE relay SET lc_monetary = 'POSIX'");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void values_render_alike_whatever_the_role_is_set_to() throws SQLException {
        try (Connection connection = connections("relay", PASSWORD, "postgres").open();
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT '\\x00ff'::bytea::text, interval '1 day 2 hours'::text, current_setting('TimeZone'),"
                                        + " current_setting('client_encoding'), current_setting('application_name'), 0.1::float8::text,"
                                        + " current_setting('lc_monetary')")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("\\x00ff");
            assertThat(rows.getString(2)).isEqualTo("1 day 02:00:00");
            assertThat(rows.getString(3)).isEqualTo("UTC");
            assertThat(rows.getString(4)).isEqualTo("UTF8");
            assertThat(rows.getString(5)).isEqualTo("outbox-relay");
            assertThat(rows.getString(6)).isEqualTo("0.1");
            assertThat(rows.getString(7)).isEqualTo("C");
        }
    }

    @Test
    void a_wrong_or_missing_password_is_a_wrong_setting_and_is_not_told() {
        Failure wrong = failure(connections("relay", "wrong-" + PASSWORD, "postgres"));
        assertThat(wrong.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(wrong.summary())
                .contains("28P01")
                .contains("relay")
                .contains("/postgres")
                .doesNotContain(PASSWORD);

        Failure missing = failure(connections("relay", null, "postgres"));
        assertThat(missing.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(missing.summary()).contains("source.password");
    }

    @Test
    void an_unknown_role_or_database_is_a_wrong_setting() {
        assertThat(failure(connections("nobody", PASSWORD, "postgres")).kind()).isEqualTo(FailureKind.MISCONFIGURED);
        Failure database = failure(connections("relay", PASSWORD, "nowhere"));
        assertThat(database.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(database.summary()).contains("3D000").contains("nowhere");
    }

    @Test
    void a_url_that_is_none_is_a_wrong_setting() {
        Failure failure = failure(new PostgresConnections(
                ConnectionSettings.of("jdbc:mysql://db/shop?password=" + PASSWORD, "relay", null)));
        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains("jdbc:postgresql://host:5432/database")
                .doesNotContain(PASSWORD);
        Failure port = failure(
                new PostgresConnections(ConnectionSettings.of("jdbc:postgresql://db:port/shop", "relay", PASSWORD)));
        assertThat(port.kind()).isEqualTo(FailureKind.MISCONFIGURED);
    }

    @Test
    void a_server_that_refuses_or_keeps_silent_is_waited_for_and_named_within_five_seconds() throws IOException {
        int closed;
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = silent.getLocalPort();
            long start = System.nanoTime();
            Failure failure = failure(new PostgresConnections(
                    ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + closed + "/shop", "relay", PASSWORD)));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        }
        Failure failure = failure(new PostgresConnections(
                ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + closed + "/shop", "relay", PASSWORD)));
        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure.summary()).contains("refused").contains("source.url");
    }

    @Test
    void a_host_that_does_not_exist_is_waited_for() {
        Failure failure = failure(new PostgresConnections(
                ConnectionSettings.of("jdbc:postgresql://no-such-host.invalid/shop", "relay", PASSWORD)));
        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure.summary()).contains("unknown host no-such-host.invalid");
    }

    @Test
    void the_guard_of_a_foreign_session_is_recognised() throws SQLException {
        ConnectionSettings settings = ConnectionSettings.of(server.url("postgres"), "relay", PASSWORD);
        try (Connection connection = new PostgresConnections(settings).open()) {
            SQLException error = catchThrowableOfType(
                    SQLException.class,
                    () -> connection
                            .createStatement()
                            .execute("SELECT current_setting('outbox_relay.session_lost')::bool"));
            assertThat(PostgresFailures.classify(error, settings).summary()).contains("a pooler stands before");
        }
    }

    private static PostgresConnections connections(String user, String password, String database) {
        return new PostgresConnections(ConnectionSettings.of(server.url(database), user, password));
    }

    private static Failure failure(PostgresConnections connections) {
        return catchThrowableOfType(RelayException.class, connections::open).failure();
    }
}
