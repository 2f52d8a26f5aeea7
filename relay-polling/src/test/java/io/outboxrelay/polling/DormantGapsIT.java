package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That PostgreSQL sees the ids, the snapshots and the plan as {@link Dormancy} takes them to be. */
class DormantGapsIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void a_gap_is_not_looked_into_until_its_writer_has_ended() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (Connection writer = database.connect();
                Connection connection = outbox.connect()) {
            writer.setAutoCommit(false);
            outbox.insert(writer, "late");
            outbox.insert("early");
            PollingSession session = outbox.session(connection);
            SequenceSql sql = SequenceSql.of(session);
            LockHolders holders = new LockHolders(session, sql);
            PageCopy copy = PageCopy.of(session);
            ReadingProgress progress = new ReadingProgress(ReaderRules.PRODUCTION);

            assertThat(read(copy, sql, progress)).containsExactly("early");
            // The session of the inspection's canary may need a moment to end, and has no id.
            await("the gap is dormant").atMost(Duration.ofSeconds(10)).until(() -> {
                progress.looked(holders.ask(progress.frontier().top()));
                assertThat(read(copy, sql, progress)).isEmpty();
                return progress.startRead().dormancy().covers(new NumberRange(1, 1));
            });
            ReadStart start = progress.startRead();
            String page = sql.page(progress.frontier(), start, 100);
            assertThat(explain(connection, page)).contains("never executed");

            writer.commit();
            assertThat(explain(connection, page)).doesNotContain("never executed");
            assertThat(read(copy, sql, progress)).containsExactly("late");
        }
    }

    @Test
    void the_id_of_a_holder_is_its_top_transaction_also_in_subtransactions_and_prepared() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (Connection writer = database.connect();
                Connection connection = outbox.connect()) {
            PollingSession session = outbox.session(connection);
            LockHolders holders = new LockHolders(session, SequenceSql.of(session));
            writer.setAutoCommit(false);
            OutboxFixture.execute(writer, "SAVEPOINT a");
            outbox.insert(writer, "in a subtransaction");
            OutboxFixture.execute(writer, "SAVEPOINT b");
            outbox.insert(writer, "in another");
            OutboxFixture.execute(writer, "RELEASE b");
            long id = topId(writer);
            // The session of the inspection's canary may need a moment to end, and has no id.
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(holders.ask(0).holders().values()).containsExactly(id));

            OutboxFixture.execute(writer, "PREPARE TRANSACTION 'dormant'");
            assertThat(holders.ask(0).holders().values()).containsExactly(id);
            try (Connection other = database.connect()) {
                OutboxFixture.execute(other, "ROLLBACK PREPARED 'dormant'");
            }
            assertThat(holders.ask(0).holders()).isEmpty();
        }
    }

    @Test
    void a_sequence_that_was_never_used_has_drawn_nothing() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (Connection connection = outbox.connect()) {
            PollingSession session = outbox.session(connection);
            LockHolders holders = new LockHolders(session, SequenceSql.of(session));
            assertThat(holders.ask(Frontier.MINUS_INFINITY).lastDrawn()).isZero();
            outbox.insert("first");
            assertThat(holders.ask(Frontier.MINUS_INFINITY).lastDrawn()).isEqualTo(1);
        }
    }

    private static List<String> read(PageCopy copy, SequenceSql sql, ReadingProgress progress) throws SQLException {
        ReadStart start = progress.startRead();
        RowPage page = copy.read(sql.page(progress.frontier(), start, 100), 1_000_000);
        page.rows().forEach(row -> progress.read(row.number()));
        progress.readEnded(start, ReadExtent.of(page, 100), 0);
        return page.rows().stream().map(Row::id).toList();
    }

    private static String explain(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN (ANALYZE, COSTS OFF) " + query)) {
            StringBuilder plan = new StringBuilder();
            while (rows.next()) {
                plan.append(rows.getString(1)).append('\n');
            }
            return plan.toString();
        }
    }

    private static long topId(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_xact_id()::text::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }
}
