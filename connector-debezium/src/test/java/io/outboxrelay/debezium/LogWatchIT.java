package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.DebeziumSettings.Reading;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the relay does about a log in which nothing of its own happens, and about a connection that has gone silent. */
class LogWatchIT {

    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final Reading WATCHFUL = new Reading(
            4_096, 8L << 20, Duration.ofSeconds(20), Duration.ofMillis(20), Duration.ofMillis(100), SILENCE);

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
        database.execute("CREATE TABLE others (n int, filler text)");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void an_idle_outbox_lets_go_of_the_log_that_other_tables_fill_and_writes_nothing_when_nobody_does()
            throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        LogLineage lineage = new LogLineage(new LogFigures());
        DebeziumSettings settings =
                outbox.settings(ConnectionSettings.of(database.url("postgres"), LoggedOutbox.ROLE, null), WATCHFUL);
        Supplier<OutboxSource> sources =
                DebeziumSource.sources(() -> settings, new OutboxColumns(List.of()), outbox::store, lineage);
        try (LogConsumer consumer = LogConsumer.of(sources.get()).awaitOpen()) {
            assertThat(lineage.barriers()).hasValue(0);
            database.execute("INSERT INTO others SELECT n, repeat('x', 100) FROM generate_series(1, 30000) n");
            assertThat(outbox.bytesBehind()).isGreaterThan(3_000_000);
            await().atMost(Duration.ofSeconds(15)).until(() -> {
                consumer.take();
                return outbox.bytesBehind() < 100_000;
            });
            // What the server itself writes afterwards is not worth another.
            long written = lineage.barriers().get();
            long end = System.nanoTime() + 2 * SILENCE.toNanos();
            await().atMost(Duration.ofSeconds(15)).until(() -> {
                consumer.take();
                return System.nanoTime() - end > 0;
            });
            // Before 14 there are none: what comes is the end of every transaction of the database.
            assertThat(lineage.barriers().get()).isBetween(outbox.serverVersion() < 14 ? 0L : 1L, written + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void a_connection_that_carries_nothing_any_more_is_given_up_and_the_next_relay_does_not_wait_for_the_server(
            Direction dead) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        try (TcpProxy proxy = TcpProxy.before(database.port())) {
            ConnectionSettings through = new ConnectionSettings(
                    "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres",
                    LoggedOutbox.ROLE,
                    null,
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(2));
            Supplier<OutboxSource> sources = outbox.sources(outbox.settings(through, WATCHFUL));
            try (LogConsumer consumer = LogConsumer.of(sources.get()).awaitOpen()) {
                outbox.insert("a", 1);
                consumer.awaitRecords(1);
                proxy.inject(new LinkFault.HalfOpen(Set.of(dead)));
                outbox.insert("b", 1);
                Failure failure = consumer.awaitFailure();
                assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
                assertThat(consumer.ids()).startsWith("a0");
            }
            try (LogConsumer next = LogConsumer.of(sources.get())) {
                // Where the relay could hear but not be heard, what it confirmed did not get through, and a0 comes once
                // more.
                assertThat(next.awaitId("b0").ids()).endsWith("b0").isSubsetOf("a0", "b0");
            }
        }
    }

    @Test
    void a_process_that_the_server_does_not_end_is_not_said_to_be_ended() throws Exception {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        ConnectionSettings settings = outbox.settings().connection();
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen();
                Connection through = new PostgresConnections(settings).open()) {
            SlotStreamer streamer = new SlotStreamer(through, settings, outbox.slot, Duration.ofMillis(200));
            SlotStreamer.Backend backend = Objects.requireNonNull(streamer.backend());
            signal("STOP", backend.pid());
            try {
                assertThat(streamer.end(backend)).isFalse();
                assertThat(streamer.backend()).isEqualTo(backend);
            } finally {
                signal("CONT", backend.pid());
            }
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen();
                Connection through = new PostgresConnections(settings).open()) {
            SlotStreamer streamer = new SlotStreamer(through, settings, outbox.slot);
            assertThat(streamer.end(streamer.backend())).isTrue();
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
    }

    private static void signal(String name, int process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void a_slot_that_was_dropped_holds_nothing_back_any_more() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        LogFigures figures = new LogFigures();
        SlotWatch watch = new SlotWatch(outbox::settings, figures);
        try (Connection through = watch.connect()) {
            watch.take(through);
            assertThat(figures.levels().slotRetainedBytes()).isPositive();
            database.execute("SELECT pg_drop_replication_slot('" + outbox.slot + "')");
            watch.take(through);
            assertThat(figures.levels().slotRetainedBytes()).isZero();
        }
    }

    /** The role may not see what the server sent nor what it heard. */
    @Test
    void a_replication_connection_that_is_dead_alone_is_noticed_by_a_role_that_may_do_nothing_but_replicate()
            throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        assumeTrue(outbox.serverVersion() >= 14, "before, only the server tells, after wal_sender_timeout");
        LogLineage lineage = new LogLineage(new LogFigures());
        try (TcpProxy proxy = TcpProxy.before(database.port())) {
            DebeziumSettings settings = outbox.settings(
                    ConnectionSettings.of(
                            "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres", LoggedOutbox.ROLE, null),
                    WATCHFUL);
            Supplier<OutboxSource> sources =
                    DebeziumSource.sources(() -> settings, new OutboxColumns(List.of()), outbox::store, lineage);
            outbox.insert("a", 1);
            try (LogConsumer consumer = LogConsumer.of(sources.get()).awaitRecords(1)) {
                proxy.silence(Integer.parseInt(outbox.ask("SELECT a.client_port FROM pg_replication_slots s"
                        + " JOIN pg_stat_activity a ON a.pid = s.active_pid WHERE s.slot_name = '" + outbox.slot
                        + "'")));
                outbox.insert("b", 30);
                long beganNanos = System.nanoTime();
                Failure failure = consumer.awaitFailure();
                assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(SILENCE.plusSeconds(5));
                assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
                assertThat(failure.summary()).contains("nothing has come from the log");
                assertThat(consumer.ids()).containsExactly("a0");
            }
            // It may have been the server that was slow: it is given longer, until something comes.
            assertThat(lineage.patience(SILENCE)).isEqualTo(SILENCE.multipliedBy(2));
            try (LogConsumer next = LogConsumer.of(sources.get()).awaitId("b29")) {
                assertThat(next.ids()).containsAll(LoggedOutbox.ids("b", 30));
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> lineage.patience(SILENCE).equals(SILENCE));
            }
        }
    }

    /** Debezium keeps it for whoever asks. */
    @Test
    void what_ended_the_thread_that_reads_is_told_though_nobody_watches_the_server() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        DebeziumSettings unwatched = outbox.settings(
                outbox.settings().connection(),
                new DebeziumSettings.Reading(
                        4_096,
                        8L << 20,
                        Duration.ofSeconds(20),
                        Duration.ofMillis(20),
                        Duration.ofHours(1),
                        Duration.ofHours(1)));
        outbox.insert("a", 1);
        try (LogConsumer consumer =
                LogConsumer.of(outbox.sources(unwatched).get()).awaitRecords(1)) {
            database.execute("SELECT pg_terminate_backend(" + outbox.streamer() + ")");
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.TRANSIENT);
        }
    }

    @Test
    void of_two_readers_that_start_together_one_reads_and_the_other_never_touches_it() throws SQLException {
        for (int round = 0; round < 4; round++) {
            LoggedOutbox outbox = LoggedOutbox.standard(database);
            outbox.insert("a", 1);
            LoggedOutbox other = outbox.ofAnotherRelay();
            List<Supplier<OutboxSource>> relays =
                    List.of(outbox.sources(outbox.settings()), other.sources(other.settings()));
            try (LogConsumer one = LogConsumer.of(relays.get(0).get());
                    LogConsumer two = LogConsumer.of(relays.get(1).get())) {
                Failure failure = null;
                LogConsumer loser = one;
                long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (failure == null && System.nanoTime() - until < 0) {
                    loser = loser.equals(one) ? two : one;
                    failure = loser.takeOrFailure();
                }
                assertThat(failure).isNotNull();
                assertThat(failure.kind()).as("%s", failure).isEqualTo(FailureKind.FENCED);
                assertThat(loser.isOpen()).isFalse();
                LogConsumer leader = loser.equals(one) ? two : one;
                leader.awaitRecords(1);
                String streamer = outbox.streamer();
                for (int again = 0; again < 2; again++) {
                    loser.close();
                    try (LogConsumer next =
                            LogConsumer.of(relays.get(loser.equals(one) ? 0 : 1).get())) {
                        Failure fenced = next.awaitFailure();
                        assertThat(fenced.kind()).as("%s", fenced).isEqualTo(FailureKind.FENCED);
                    }
                }
                outbox.insert("b", 1);
                assertThat(leader.awaitRecords(2).ids()).containsExactly("a0", "b0");
                assertThat(outbox.streamer()).isEqualTo(streamer);
            }
        }
    }
}
