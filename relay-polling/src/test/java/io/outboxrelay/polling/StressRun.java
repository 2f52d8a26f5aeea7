package io.outboxrelay.polling;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.polling.Interleavings.Moments;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Workload;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stress test, the same for every reader: first the {@link Interleavings}, then the random load of an order service, in a
 * database of its own, while the reader reads; then what it delivered is compared with what was committed.
 *
 * @param server with room for prepared transactions
 * @param disconnects how often the reader's session is terminated during the load
 * @param retention what becomes of published rows
 */
record StressRun(
        EmbeddedDatabase server, OutboxSchema schema, Workload workload, int disconnects, StressedRetention retention) {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Duration LOAD_MAX = Duration.ofMinutes(2);
    /** Longer than a sweep takes to come. */
    private static final Duration QUIET = Duration.ofSeconds(30);

    private static final Duration QUIET_OF_LOST_ROWS = Duration.ofSeconds(1);

    /** Makes the sources of one reader. */
    interface Reader {
        Supplier<OutboxSource> sources(String database, Moments moments);
    }

    /**
     * What came of a run.
     *
     * @param failures why sources were replaced
     * @param fatal what ended the reading before its time, or null
     * @param rowsLeft rows that were still to be deleted, or whatever becomes of them, when all was delivered and settled
     */
    record Outcome(
            Verdict verdict,
            List<Failure> failures,
            @Nullable Throwable fatal,
            long rowsLeft) {}

    /** A run of a reader that must not lose anything: everything delivered gets time to be deleted. */
    Outcome ofSound(Reader reader) throws Exception {
        return run(reader, QUIET);
    }

    /** A run of a reader that may lose rows, for which nobody waits for long. */
    Outcome ofWrong(Reader reader) throws Exception {
        return run(reader, QUIET_OF_LOST_ROWS);
    }

    private Outcome run(Reader reader, Duration quiet) throws Exception {
        String database = "stress_" + DATABASES.incrementAndGet();
        server.createDatabase(database);
        server.execute(database, schema.createAll() + retention.creation());
        String url = server.jdbcUrl(EmbeddedDatabase.SUPERUSER, database);
        OrderService service = new OrderService(url, schema, workload);
        Moments moments = new Moments();
        Sightings sightings = new Sightings();
        try (SourceDriver driver = new SourceDriver(reader.sources(database, moments), sightings, workload.seed())) {
            driver.start();
            Interleavings interleavings =
                    new Interleavings(new Shop(url, schema, service.history()), sightings, driver, moments);
            interleavings.actOut();
            if (workload.manners().insertFirst()) {
                interleavings.actOutInsertsFirst();
            }
            service.start();
            disconnect(service, database);
            CommittedHistory history = service.awaitDone(LOAD_MAX);
            long rowsLeft = sightings.awaitAll(history, quiet) ? rowsLeft(url, driver) : -1;
            return new Outcome(sightings.verdict(history), driver.failures(), driver.fatal(), rowsLeft);
        }
    }

    private void disconnect(OrderService service, String database) throws Exception {
        long eventsMax = workload.pace().eventsMax();
        for (int i = 1; i <= disconnects; i++) {
            long target = eventsMax * i / (disconnects + 1);
            await().atMost(LOAD_MAX)
                    .until(() -> service.isDone() || service.history().committedCount() >= target);
            server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'outbox-relay'"
                            + " AND datname = '" + database + "'");
        }
    }

    private long rowsLeft(String url, SourceDriver driver) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            long[] rows = {-1};
            await().atMost(QUIET).until(() -> {
                try (ResultSet row = statement.executeQuery(retention.rowsLeft())) {
                    row.next();
                    rows[0] = row.getLong(1);
                    return rows[0] == 0 || driver.fatal() != null;
                }
            });
            return rows[0];
        }
    }
}
