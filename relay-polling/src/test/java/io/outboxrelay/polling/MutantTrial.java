package io.outboxrelay.polling;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.Verdict;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Our reader, with rules that may be wrong, in a database of its own, while a script writes. */
final class MutantTrial implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger DATABASES = new AtomicInteger();

    final WatchedRules rules;
    final PollingCounters counters = new PollingCounters();
    final SplitConnection pooler;
    final SourceDriver driver;
    private final CommittedHistory history = new CommittedHistory();
    private final Sightings sightings = new Sightings();
    private final Shop shop;

    MutantTrial(EmbeddedDatabase server, ReaderRules maybeWrong, PollingSettings.Reading reading) throws SQLException {
        String database = "mutant_" + DATABASES.incrementAndGet();
        server.createDatabase(database);
        server.execute(database, OutboxSchema.standard().createAll());
        ConnectionSettings connection = ConnectionSettings.of(server.url(database), EmbeddedDatabase.SUPERUSER, null);
        shop = new Shop(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, database), OutboxSchema.standard(), history);
        rules = new WatchedRules(maybeWrong);
        pooler = new SplitConnection(new PostgresConnections(connection)::open);
        PollingSettings.Outbox outbox = PollingSettings.of(connection, "outbox", PollingSettings.Columns.DEFAULT)
                .outbox();
        PollingSettings settings = new PollingSettings(connection, outbox, reading);
        OutboxColumns columns = new OutboxColumns(List.of("aggregatetype"));
        driver = new SourceDriver(
                () -> new PollingSource(settings, columns, new SessionLineage(counters), rules.watched(), pooler::open),
                sightings,
                1);
        driver.start();
    }

    ScriptedWriter writer() {
        return shop.writer();
    }

    void awaitSeen(OrderEvent event) throws InterruptedException {
        if (!sightings.await(event, PATIENCE)) {
            throw new AssertionError(event + " was not seen within " + PATIENCE + "; " + failures() + driver.fatal());
        }
    }

    /** Waits until a read began when all that was read before was settled. */
    void awaitSettled() {
        await().atMost(PATIENCE).until(rules::everythingSettled);
    }

    List<Failure> failures() {
        return driver.failures();
    }

    /** Waits until all is delivered, or nothing comes for longer than a sweep takes to come. */
    Verdict verdict() throws InterruptedException {
        sightings.awaitAll(history, Duration.ofSeconds(8));
        return sightings.verdict(history);
    }

    /** What was delivered so far, without waiting. */
    Verdict verdictNow() {
        return sightings.verdict(history);
    }

    @Override
    public void close() throws Exception {
        driver.close();
        pooler.close();
    }
}
