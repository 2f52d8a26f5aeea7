package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.InstalledProgram;
import io.outboxrelay.testkit.PgBouncer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real PgBouncer in each of its modes: what shares sessions is refused at once, what does not is let be. */
class PgBouncerIT {
    private static final String PASSWORD = "open-sesame";
    private static final Duration SECONDS = Duration.ofSeconds(5);

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        assumeTrue(InstalledProgram.PGBOUNCER.isThere(), InstalledProgram.PGBOUNCER.whyNot());
        server = EmbeddedDatabase.builder().passwordsRequired().start();
        server.execute("CREATE ROLE relay LOGIN PASSWORD '" + PASSWORD + "'");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"transaction, 1, 0", "transaction, 2, 0", "transaction, 20, 0", "transaction, 20, 1", "statement, 5, 0"
    })
    void sessions_that_are_shared_are_refused_within_seconds(String mode, String size, String roundRobin) {
        Map<String, String> pool =
                Map.of("pool_mode", mode, "default_pool_size", size, "server_round_robin", roundRobin);
        try (PgBouncer bouncer = bouncer(pool)) {
            long started = System.nanoTime();
            Failure failure = refusal(bouncer);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(SECONDS);
            assertShared(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction", "statement"})
    void a_pool_that_others_keep_busy_is_recognised_each_time(String mode) throws Exception {
        try (PgBouncer bouncer = bouncer(Map.of("pool_mode", mode, "default_pool_size", "8"));
                Crowd crowd = new Crowd(bouncer, 6)) {
            for (int attempt = 0; attempt < 20; attempt++) {
                assertShared(refusal(bouncer));
            }
            assertThat(crowd.statements.get()).isGreaterThan(100);
        }
    }

    @Test
    void nothing_is_left_behind_in_a_session_that_is_an_applications() throws SQLException {
        String asked = "SELECT current_setting('lock_timeout') || current_setting('bytea_output')"
                + " || current_setting('IntervalStyle') || current_setting('DateStyle') || current_setting('TimeZone')";
        server.execute("ALTER ROLE relay SET bytea_output = 'escape'; ALTER ROLE relay SET IntervalStyle = 'iso_8601'");
        try (PgBouncer bouncer = bouncer(Map.of("pool_mode", "transaction", "default_pool_size", "1"));
                Connection application = application(bouncer)) {
            String before = text(application, asked);
            assertShared(refusal(bouncer));
            assertThat(text(application, asked)).isEqualTo(before).contains("escape", "iso_8601");
        }
    }

    @Test
    void a_pool_in_session_mode_is_accepted() throws SQLException {
        try (PgBouncer bouncer = bouncer(Map.of("pool_mode", "session", "default_pool_size", "3"));
                Connection session = relay(bouncer.url("postgres")).openSession()) {
            assertThat(text(session, "SELECT current_setting('TimeZone')")).isEqualTo("UTC");
        }
    }

    @Test
    void a_pool_without_room_for_a_second_session_says_so() {
        try (PgBouncer bouncer = bouncer(Map.of("pool_mode", "session", "default_pool_size", "1"))) {
            Failure failure = refusal(bouncer);
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).contains("a pooler stands before", "no second session", "have room for");
        }
    }

    @Test
    void a_parameter_that_it_does_not_know_is_a_wrong_setting() {
        try (PgBouncer bouncer = bouncer(Map.of("pool_mode", "session"))) {
            Failure failure = catchThrowableOfType(
                            RelayException.class,
                            relay(bouncer.url("postgres") + "?options=-c%20geqo=off")::openSession)
                    .failure();
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary())
                    .contains("unsupported startup parameter", "source.url", "ignore_startup_parameters");
        }
    }

    @Test
    void a_server_that_is_away_behind_it_is_waited_for() {
        try (PgBouncer bouncer = bouncer(Map.of("pool_mode", "session", "server_login_retry", "1"))) {
            server.stop();
            Failure failure = refusal(bouncer);
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary()).doesNotContain(PASSWORD);
        } finally {
            server.start();
        }
    }

    @Test
    void a_server_without_a_pooler_is_never_taken_for_one_and_asked_for_no_second_session() throws SQLException {
        for (int attempt = 0; attempt < 50; attempt++) {
            try (Connection session = relay(server.url("postgres")).openSession()) {
                assertThat(text(session, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'relay'"))
                        .isEqualTo("1");
            }
            // The server ends a session a moment after its client has left.
            await().until(() -> sessions() == 0);
        }
    }

    private static long sessions() throws SQLException {
        try (Connection connection = server.connect()) {
            return Long.parseLong(text(connection, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'relay'"));
        }
    }

    private static void assertShared(Failure failure) {
        assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains("a pooler stands before the database", "directly", "pool_mode = session");
    }

    private static Failure refusal(PgBouncer bouncer) {
        return catchThrowableOfType(RelayException.class, relay(bouncer.url("postgres"))::openSession)
                .failure();
    }

    private static PgBouncer bouncer(Map<String, String> settings) {
        return PgBouncer.started(server, Map.of("relay", PASSWORD), settings);
    }

    private static PostgresConnections relay(String url) {
        return new PostgresConnections(ConnectionSettings.of(url, "relay", PASSWORD));
    }

    private static Connection application(PgBouncer bouncer) throws SQLException {
        return DriverManager.getConnection(bouncer.url("postgres") + "?prepareThreshold=0", "relay", PASSWORD);
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Applications that take sessions out of the pool and give them back, one short statement after the other. */
    private static final class Crowd implements AutoCloseable {
        final AtomicInteger statements = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean ended;

        Crowd(PgBouncer bouncer, int size) throws SQLException {
            for (int n = 0; n < size; n++) {
                Connection connection = application(bouncer);
                Thread thread = new Thread(() -> work(connection), "crowd-" + n);
                threads.add(thread);
                thread.start();
            }
        }

        private void work(Connection connection) {
            try (connection) {
                while (!ended) {
                    text(connection, "SELECT pg_sleep(random() * 0.002)");
                    statements.incrementAndGet();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            ended = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
