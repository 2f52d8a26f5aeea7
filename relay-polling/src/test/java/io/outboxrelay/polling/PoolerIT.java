package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.InstalledProgram;
import io.outboxrelay.testkit.PgBouncer;
import io.outboxrelay.testkit.Pgpool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The source behind real poolers: works where its session is its own and all goes to one server, and is refused elsewhere. */
class PoolerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static EmbeddedDatabase database;
    private OutboxFixture outbox;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void create() throws SQLException {
        outbox = OutboxFixture.ordinary(database);
    }

    @Test
    void a_pool_by_transaction_is_refused_and_no_lock_is_left_in_it() throws SQLException {
        try (PgBouncer bouncer = bouncer("transaction");
                TestConsumer consumer = TestConsumer.of(outbox.through(bouncer.url("postgres")))) {
            assertRefused(consumer.awaitFailure());
            assertThat(outbox.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
                    .isEmpty();
        }
    }

    @Test
    void behind_a_pool_by_session_pages_are_cut_notifications_heard_and_sessions_replaced() throws SQLException {
        // Rows of 10 kB in pages of 40 kB: nearly every read is cancelled in the middle, through the pooler.
        database.execute(
                "INSERT INTO " + outbox.table() + " (id, key, payload) SELECT 'e' || n, 'k', repeat('x', 10000)"
                        + " FROM generate_series(1, 400) n ORDER BY n");
        try (PgBouncer bouncer = bouncer("session")) {
            outbox.through(bouncer.url("postgres")).reading(100, 40_000).listeningOn("outbox");
            try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
                consumer.awaitRecords(400);
                assertThat(consumer.ids())
                        .isEqualTo(IntStream.rangeClosed(1, 400)
                                .mapToObj(n -> "e" + n)
                                .toList());
                await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
                await().atMost(PATIENCE).until(consumer.counters::isHearing);
                outbox.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
                        + " 'outbox-relay' AND pid <> pg_backend_pid()");
                assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
            }
            outbox.insert("last");
            try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
                consumer.awaitRecords(1);
                assertThat(consumer.ids()).containsExactly("last");
            }
        }
    }

    @Test
    void a_session_that_the_pool_has_given_to_another_relay_is_not_ended_as_an_own_predecessor() throws SQLException {
        long oid = Long.parseLong(outbox.query("SELECT '" + outbox.table() + "'::regclass::oid::bigint")
                .get(0));
        OutboxLock lock = new OutboxLock(outbox.table(), new SessionLineage(new PollingCounters()));
        OutboxLock others = new OutboxLock(outbox.table(), new SessionLineage(new PollingCounters()));
        try (PgBouncer bouncer = bouncer("session", "1");
                Connection direct = outbox.connect()) {
            outbox.through(bouncer.url("postgres"));
            try (Connection first = outbox.connect()) {
                lock.take(first, oid);
            }
            try (Connection other = outbox.connect()) {
                others.take(other, oid);
                assertThatThrownBy(() -> lock.take(direct, oid))
                        .isInstanceOfSatisfying(
                                RelayException.class,
                                e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.FENCED));
                OutboxFixture.execute(other, "SELECT 'still there'");
            }
        }
    }

    @Test
    void a_pooler_that_sends_reads_to_a_standby_is_refused_and_one_that_does_not_is_let_be() throws SQLException {
        assumeTrue(InstalledProgram.PGPOOL.isThere(), InstalledProgram.PGPOOL.whyNot());
        outbox.insert("a");
        try (EmbeddedDatabase standby = database.standby()) {
            // All reads to the standby, so that no lot decides.
            Map<String, String> splitting = Map.of("load_balance_mode", "on", "backend_weight0", "0");
            try (Pgpool pgpool = Pgpool.started(database, standby, splitting);
                    TestConsumer consumer = TestConsumer.of(outbox.through(pgpool.url("postgres")))) {
                Failure failure = consumer.awaitFailure();
                assertRefused(failure);
                assertThat(failure.summary())
                        .contains("reads to another server than writes", "load_balance_mode = off");
            }
            Map<String, String> redirecting = new TreeMap<>(splitting);
            redirecting.put("database_redirect_preference_list", "postgres:primary");
            for (Map<String, String> remedy : List.of(Map.of("load_balance_mode", "off"), redirecting)) {
                try (Pgpool pgpool = Pgpool.started(database, standby, remedy);
                        TestConsumer consumer = TestConsumer.of(outbox.through(pgpool.url("postgres")))
                                .awaitOpen()) {
                    consumer.awaitRecords(1);
                }
            }
        }
    }

    @Test
    void whatever_copies_from_another_session_than_it_locks_in_is_refused() throws SQLException {
        PostgresConnections connections =
                new PostgresConnections(outbox.settings().connection());
        try (SplitConnection pooler = new SplitConnection(connections::open)) {
            pooler.split(outbox.table());
            try (TestConsumer consumer = TestConsumer.of(outbox, ReaderRules.PRODUCTION, pooler::open)) {
                assertRefused(consumer.awaitFailure());
            }
        }
    }

    private static void assertRefused(Failure failure) {
        assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary())
                .contains("a pooler stands before the database", "connect to the primary directly");
    }

    private static PgBouncer bouncer(String mode) {
        return bouncer(mode, "4");
    }

    private static PgBouncer bouncer(String mode, String size) {
        assumeTrue(InstalledProgram.PGBOUNCER.isThere(), InstalledProgram.PGBOUNCER.whyNot());
        return PgBouncer.started(
                database, Map.of(EmbeddedDatabase.SUPERUSER, ""), Map.of("pool_mode", mode, "default_pool_size", size));
    }
}
