package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.wrong.TimestampAboveLastReader;
import io.outboxrelay.polling.wrong.WrongSource;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading by commit timestamp, and what is easily mistaken for it: each mistake is caught by a script that the right one passes. */
class CommitOrderMutantsIT {
    private static final OutboxSchema SCHEMA = OutboxSchema.standard();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration QUIET = Duration.ofSeconds(1);
    /** A round does not count in which the machine was too slow for the other commit to come in between. */
    private static final int ROUNDS_MAX = 30;

    private static EmbeddedDatabase server;
    private static int databases;

    private final CommittedHistory history = new CommittedHistory();
    private final Sightings sightings = new Sightings();
    private Shop shop;
    private PollingSettings settings;

    @BeforeAll
    static void start() {
        // Commits are written to disk: only then does one wait for it.
        server = EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .config("fsync", "on")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() throws Exception {
        String database = "commit_order_" + ++databases;
        server.createDatabase(database);
        server.execute(database, SCHEMA.createAll());
        shop = new Shop(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, database), SCHEMA, history);
        settings = new PollingSettings(
                ConnectionSettings.of(server.url(database), EmbeddedDatabase.SUPERUSER, null),
                new PollingSettings.Outbox(
                        SCHEMA.table(),
                        PollingSettings.Columns.DEFAULT,
                        OutboxOrder.COMMIT_TIMESTAMP,
                        new OutboxRetention.Delete()),
                PollingSettings.Reading.DEFAULT);
    }

    @Test
    void a_round_that_is_limited_before_it_is_ordered_reorders() throws Exception {
        aBacklogOfAggregatesInsertedInReverse();
        Verdict wrong = readBy((visible, limit) ->
                "SELECT n, ts FROM (" + visible + " ORDER BY n LIMIT " + limit + ") v ORDER BY ts NULLS FIRST, n");

        assertThat(wrong.reordered()).as("%s", wrong).isPositive();
        assertThat(wrong.lost()).isZero();
    }

    @Test
    void a_round_in_the_order_of_numbers_reorders() throws Exception {
        aBacklogOfAggregatesInsertedInReverse();
        Verdict wrong = readBy((visible, limit) -> visible + " ORDER BY n LIMIT " + limit);

        assertThat(wrong.reordered()).as("%s", wrong).isPositive();
        assertThat(wrong.lost()).isZero();
    }

    @Test
    void a_round_in_the_order_of_timestamps_then_limited_is_sound() throws Exception {
        aBacklogOfAggregatesInsertedInReverse();
        Verdict verdict = readBy(ReaderRules.PRODUCTION.rounds().rule());

        assertThat(verdict.isSound()).as("%s", verdict).isTrue();
    }

    @Test
    void reading_above_the_last_timestamp_loses_what_was_given_its_own_earlier_and_is_seen_later() throws Exception {
        TimestampAboveLastReader aboveLast = new TimestampAboveLastReader();
        try (SourceDriver driver = new SourceDriver(() -> new WrongSource(shop.jdbcUrl(), aboveLast), sightings, 1)) {
            driver.start();
            for (int round = 1; verdict().lost() == 0 && round <= ROUNDS_MAX; round++) {
                theEarlierTimestampIsSeenLater(round);
                sightings.awaitAll(history, QUIET);
            }

            assertThat(verdict().lost()).as("%s", verdict()).isPositive();
        }
    }

    @Test
    void our_reader_publishes_it() throws Exception {
        try (SourceDriver driver = new SourceDriver(source(ReaderRules.PRODUCTION), sightings, 1)) {
            driver.start();
            for (int round = 1; round <= 5; round++) {
                theEarlierTimestampIsSeenLater(round);
            }

            assertThat(sightings.awaitAll(history, PATIENCE)).isTrue();
            assertThat(verdict().isSound()).as("%s", verdict()).isTrue();
        }
    }

    /** Four changes of one aggregate, each inserted before the one that takes effect before it, with others around. */
    private void aBacklogOfAggregatesInsertedInReverse() {
        try (ScriptedWriter fourth = shop.writer();
                ScriptedWriter third = shop.writer();
                ScriptedWriter second = shop.writer();
                ScriptedWriter first = shop.writer();
                ScriptedWriter other = shop.writer()) {
            int passing = 0;
            List<ScriptedWriter> backwards = List.of(fourth, third, second, first);
            for (ScriptedWriter writer : backwards) {
                writer.insertFirst("reversed");
                other.write("passing-" + ++passing);
                other.commit();
            }
            for (ScriptedWriter writer : List.of(first, second, third, fourth)) {
                writer.lock("reversed");
                writer.commit();
                other.write("passing-" + ++passing);
                other.commit();
            }
        }
    }

    /** One session waits for the disk with its timestamp taken, as every commit does for a while; another does not wait at all. */
    private void theEarlierTimestampIsSeenLater(int round) throws InterruptedException {
        try (ScriptedWriter slow = shop.writer();
                ScriptedWriter quick = shop.writer();
                ScriptedWriter observer = shop.writer()) {
            slow.execute("SET commit_delay = 100000");
            slow.execute("SET commit_siblings = 0");
            slow.commit();
            slow.write("slow-" + round);
            long transaction = slow.value("SELECT pg_current_xact_id()::xid::text::bigint");
            Thread committing = new Thread(slow::commit, "slow-commit");
            committing.start();
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() ->
                            observer.value("SELECT count(pg_xact_commit_timestamp('" + transaction + "'::xid))") == 1);
            quick.execute("SET LOCAL synchronous_commit = off");
            OrderEvent seen = quick.write("quick-" + round);
            quick.commit();
            sightings.await(seen, PATIENCE);
            committing.join();
        }
    }

    /** Everything is there before it is read, three rows a round. */
    private Verdict readBy(ReaderRules.RoundRule rule) throws Exception {
        ReaderRules rules = ReaderRules.PRODUCTION.withRounds(3, rule);
        try (SourceDriver driver = new SourceDriver(source(rules), sightings, 1)) {
            driver.start();
            assertThat(sightings.awaitAll(history, PATIENCE)).isTrue();
            return verdict();
        }
    }

    private Supplier<OutboxSource> source(ReaderRules rules) {
        OutboxColumns columns = new OutboxColumns(List.of("aggregatetype"));
        SessionLineage lineage = new SessionLineage(new PollingCounters());
        PostgresConnections connections = new PostgresConnections(settings.connection());
        return () -> new PollingSource(settings, columns, lineage, rules, connections::open);
    }

    private Verdict verdict() {
        return sightings.verdict(history);
    }
}
