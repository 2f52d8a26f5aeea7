package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Notifications bring rows at once, and nothing that happens to them is the source's trouble. */
class NotificationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String CHANNEL = "Out \"Box\"";
    private static final String LISTENERS = " FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";

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
    void a_notified_row_comes_at_once_however_long_the_relay_would_have_waited() throws SQLException {
        try (TestConsumer consumer =
                        TestConsumer.of(outbox.readingWhenNotified(CHANNEL)).awaitOpen();
                Connection application = database.connect()) {
            awaitHearing(consumer);
            // More than one: the first might be found by the look that comes when listening begins.
            for (int n = 0; n < 51; n++) {
                application.setAutoCommit(false);
                outbox.insert(application, "e" + n);
                notify(application);
                application.commit();
                // Its bound is far below the minutes until the next look; how fast it is, the bench says.
                consumer.awaitRecords(n + 1);
            }
        }
    }

    @Test
    void a_row_that_nobody_notifies_of_waits_for_its_turn() throws SQLException {
        try (TestConsumer consumer =
                TestConsumer.of(outbox.readingWhenNotified(CHANNEL)).awaitOpen()) {
            awaitHearing(consumer);
            notifyOf("first");
            consumer.awaitRecords(1);
            outbox.insert("unnotified");
            await().during(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> {
                consumer.take();
                return consumer.records().size() == 1;
            });
            notifyOf("second");
            consumer.awaitRecords(3);
        }
    }

    @Test
    void a_lost_listening_connection_is_made_again_and_the_source_never_fails() throws SQLException {
        try (TestConsumer consumer =
                TestConsumer.of(outbox.readingWhenNotified(CHANNEL)).awaitOpen()) {
            for (int round = 1; round <= 3; round++) {
                awaitHearing(consumer);
                // The row's own notification reaches nobody, or somebody: it comes in either case.
                outbox.query("SELECT pg_terminate_backend(pid)" + LISTENERS);
                notifyOf("e" + round);
                consumer.awaitRecords(round);
                await().atMost(PATIENCE)
                        .until(() -> outbox.query("SELECT 1" + LISTENERS).size() == 1);
            }
        }
    }

    @Test
    void polling_goes_on_where_no_second_connection_is_to_be_had() throws SQLException {
        PostgresConnections connections =
                new PostgresConnections(outbox.settings().connection());
        AtomicInteger opened = new AtomicInteger();
        Supplier<Connection> onlyOne = () -> {
            if (opened.getAndIncrement() == 0) {
                return connections.open();
            }
            throw new RelayException(FailureKind.MISCONFIGURED, "no more connections for this role", "raise its limit");
        };
        try (TestConsumer consumer = TestConsumer.of(outbox.listeningOn(CHANNEL), ReaderRules.PRODUCTION, onlyOne)
                .awaitOpen()) {
            await().atMost(PATIENCE).until(() -> opened.get() > 3);
            outbox.insert("a");
            consumer.awaitRecords(1);
            assertThat(consumer.counters.isHearing()).isFalse();
        }
    }

    @Test
    void a_flood_of_notifications_makes_no_flood_of_reads() throws SQLException {
        AtomicInteger reads = new AtomicInteger();
        // Asked once for each read.
        ReaderRules counting = ReaderRules.PRODUCTION.withCompleteness((page, settled) -> {
            reads.incrementAndGet();
            return ReaderRules.PRODUCTION.completeness().complete(page, settled);
        });
        PostgresConnections connections =
                new PostgresConnections(outbox.settings().connection());
        long started = System.nanoTime();
        try (TestConsumer consumer = TestConsumer.of(outbox.readingWhenNotified(CHANNEL), counting, connections::open)
                        .awaitOpen();
                Connection application = database.connect()) {
            awaitHearing(consumer);
            for (int n = 0; n < 5_000; n++) {
                notify(application);
            }
            notifyOf("last");
            consumer.awaitRecords(1);
            long millis = (System.nanoTime() - started) / 1_000_000;
            System.out.println("5000 notifications: " + reads + " reads in " + millis + " ms");
            assertThat(reads.get()).isBetween(2, (int) millis + 10);
        }
    }

    @Test
    void nobody_listens_any_more_once_the_source_is_closed() throws SQLException {
        try (TestConsumer consumer =
                TestConsumer.of(outbox.listeningOn(CHANNEL)).awaitOpen()) {
            awaitHearing(consumer);
        }
        await().atMost(PATIENCE)
                .until(() -> outbox.query("SELECT 1" + LISTENERS).isEmpty());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("relay-listen"));
    }

    private static void awaitHearing(TestConsumer consumer) {
        await().atMost(PATIENCE).until(consumer.counters::isHearing);
    }

    private static void notify(Connection application) throws SQLException {
        try (Statement statement = application.createStatement()) {
            statement.execute("NOTIFY \"Out \"\"Box\"\"\"");
        }
    }

    private void notifyOf(String id) throws SQLException {
        try (Connection application = database.connect()) {
            outbox.insert(application, id);
            notify(application);
        }
    }
}
