package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.wrong.TableLockFloorReader;
import io.outboxrelay.polling.wrong.WrongSource;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.OrderLedger;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Workload;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Commits that nobody waited for ({@code synchronous_commit = off}) are undone by a crash of the database, though everybody
 * saw them; and the numbers of their rows are drawn again, for other rows.
 */
class AsynchronousCommitCrashIT {
    private static final long SEED = Long.getLong("outboxrelay.seed", System.nanoTime());
    private static final OutboxSchema SCHEMA = OutboxSchema.standard();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Longer than a sweep takes to come. */
    private static final Duration QUIET = Duration.ofSeconds(30);
    /** More than the 32 by which a sequence in the log is ahead of itself. */
    private static final int UNDONE_ROWS = 100;
    /** A round does not count in which the server happened to flush its log before the crash. */
    private static final int ROUNDS_MAX = 10;

    private final CommittedHistory history = new CommittedHistory();
    private final Sightings sightings = new Sightings();
    private EmbeddedDatabase server;
    private Shop shop;
    private PollingSettings settings;
    private StressedRetention retention = StressedRetention.DELETE;

    @BeforeEach
    void start() throws Exception {
        server = EmbeddedDatabase.builder()
                .config("synchronous_commit", "off")
                .config("wal_writer_delay", "10s")
                .config("track_commit_timestamp", "on")
                .start();
        server.execute(SCHEMA.createAll() + "CHECKPOINT");
        shop = new Shop(server.jdbcUrl(EmbeddedDatabase.SUPERUSER), SCHEMA, history);
        use(OutboxOrder.SEQUENCE, StressedRetention.DELETE);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"DELETE", "KEEP"})
    void what_was_read_before_the_crash_is_not_published_and_what_takes_its_numbers_is_not_passed_over(
            StressedRetention used) throws Exception {
        use(OutboxOrder.SEQUENCE, used);
        FlushGate gate = new FlushGate(new PostgresConnections(settings.connection())::open);
        PollingCounters counters = new PollingCounters();
        OutboxColumns columns = new OutboxColumns(List.of("aggregatetype"));
        try (SourceDriver driver = new SourceDriver(
                () -> new PollingSource(
                        settings, columns, new SessionLineage(counters), ReaderRules.PRODUCTION, gate::open),
                sightings,
                SEED)) {
            driver.start();
            boolean drawnAgain = false;
            for (int round = 1; !drawnAgain && round <= ROUNDS_MAX; round++) {
                commitDurably("key");
                drawnAgain = crash(
                        "key",
                        () -> {
                            await().atMost(PATIENCE).until(gate::isReached);
                            assertThat(counters.sweptRows()).isZero();
                            server.crash();
                            gate.letPass();
                        },
                        gate::shut);
            }

            assertThat(drawnAgain).isTrue();
            assertThat(sightings.awaitAll(history, QUIET)).as("%s", verdict()).isTrue();
            await().atMost(PATIENCE).until(this::rowsLeft, rows -> rows == 0);
            assertThat(verdict().isSound()).as("%s", verdict()).isTrue();
            assertThat(driver.failures()).isNotEmpty().allMatch(it -> it.kind() == FailureKind.TRANSIENT);
        }
    }

    @Test
    void a_reader_that_remembers_numbers_across_sessions_is_caught() throws Exception {
        TableLockFloorReader remembering = new TableLockFloorReader();
        try (SourceDriver driver =
                new SourceDriver(() -> new WrongSource(shop.jdbcUrl(), remembering), sightings, SEED)) {
            driver.start();
            boolean drawnAgain = false;
            for (int round = 1; !drawnAgain && round <= ROUNDS_MAX; round++) {
                commitDurably("key");
                int before = sightings.count();
                drawnAgain = crash(
                        "key",
                        () -> {
                            await().atMost(PATIENCE).until(() -> sightings.count() == before + UNDONE_ROWS);
                            server.crash();
                        },
                        () -> {});
            }

            assertThat(drawnAgain).isTrue();
            assertThat(sightings.awaitAll(history, Duration.ofSeconds(1))).isFalse();
            assertThat(verdict().lost()).as("%s", verdict()).isPositive();
            assertThat(verdict().phantom()).as("%s", verdict()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"SEQUENCE, DELETE", "SEQUENCE, ARCHIVE", "SEQUENCE, KEEP", "COMMIT_TIMESTAMP, DELETE"})
    void crashes_under_load_lose_invent_and_reorder_nothing(OutboxOrder order, StressedRetention retention)
            throws Exception {
        use(order, retention);
        Workload lockFirst = Workload.everything(SEED).withWriters(10).withUnrelatedOpen(Duration.ofSeconds(1));
        Workload workload = order == OutboxOrder.SEQUENCE ? lockFirst : lockFirst.withInsertsFirst();
        OrderService service = new OrderService(shop.jdbcUrl(), SCHEMA, workload);
        PollingCounters counters = new PollingCounters();
        try (SourceDriver driver = new SourceDriver(
                PollingSource.factory(() -> settings, new OutboxColumns(List.of("aggregatetype")), counters),
                sightings,
                SEED)) {
            driver.start();
            service.start();
            for (int crash = 1; crash <= 4; crash++) {
                int committed = service.history().committedCount();
                int seen = sightings.count();
                await().atMost(PATIENCE)
                        .until(() ->
                                service.history().committedCount() > committed + 500 && sightings.count() > seen + 500);
                server.crash();
                server.start();
            }
            CommittedHistory loaded = service.stop();
            sightings.awaitAll(loaded, QUIET);
            Verdict verdict = sightings.verdict(loaded);

            assertThat(verdict.isSound()).as("seed %d: %s", SEED, verdict).isTrue();
            assertThat(driver.fatal()).as("seed %d", SEED).isNull();
            assertThat(counters.sweptRows()).as("seed %d", SEED).isZero();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void use(OutboxOrder order, StressedRetention used) throws Exception {
        server.execute(used.creation() + "CHECKPOINT");
        retention = used;
        settings = new PollingSettings(
                ConnectionSettings.of(server.url("postgres"), EmbeddedDatabase.SUPERUSER, null),
                new PollingSettings.Outbox(SCHEMA.table(), PollingSettings.Columns.DEFAULT, order, used.setting()),
                PollingSettings.Reading.DEFAULT);
    }

    private void commitDurably(String key) throws Exception {
        try (ScriptedWriter writer = shop.writer()) {
            writer.execute("SET LOCAL synchronous_commit = on");
            OrderEvent event = writer.write(key);
            writer.commit();
            assertThat(sightings.await(event, PATIENCE)).isTrue();
        }
    }

    /**
     * Commits rows without waiting for the log, crashes when the reader has them, and commits as many others. Returns whether
     * these got the numbers of those that were undone.
     *
     * @param crash waits until the reader has read, and crashes the server
     * @param before what is to be done before the rows are written
     */
    private boolean crash(String key, Step crash, Step before) throws Exception {
        before.run();
        long undone;
        try (ScriptedWriter writer = shop.writer()) {
            for (int i = 0; i < UNDONE_ROWS; i++) {
                writer.write(key);
            }
            undone = writer.lastNumber();
            writer.commit();
            crash.run();
        }
        server.start();
        try (Connection connection = server.connect()) {
            OrderLedger.settle(history, connection);
        }
        try (ScriptedWriter writer = shop.writer()) {
            writer.execute("SET LOCAL synchronous_commit = on");
            writer.write(key);
            boolean drawnAgain = writer.lastNumber() <= undone;
            for (int i = 1; i < UNDONE_ROWS; i++) {
                writer.write(key);
            }
            writer.commit();
            return drawnAgain;
        }
    }

    private Verdict verdict() {
        return sightings.verdict(history);
    }

    private long rowsLeft() throws Exception {
        try (ScriptedWriter reader = shop.writer()) {
            return reader.value(retention.rowsLeft());
        }
    }
}
