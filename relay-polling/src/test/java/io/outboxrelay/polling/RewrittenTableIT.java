package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A migration that writes all rows anew while a late row commits: what waits for it must not take the table for empty, and the late
 * row's number for one that nobody uses.
 */
class RewrittenTableIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

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
    void a_read_that_waited_for_the_rewriting_of_the_table_is_an_error_and_not_an_empty_page() throws Exception {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (Connection late = database.connect();
                Connection migration = database.connect();
                Connection connection = outbox.connect()) {
            late.setAutoCommit(false);
            outbox.insert(late, "late");
            outbox.insert("early");
            PollingSession session = outbox.session(connection);
            OutboxFixture.execute(connection, "SET lock_timeout = 0");
            TableReader reader = SequenceReader.removing(
                    session,
                    PollingSettings.Reading.DEFAULT,
                    ReaderRules.PRODUCTION,
                    new PollingCounters(),
                    new DeletingRemoval(session));
            assertThat(ids(reader.read())).containsExactly("early");

            migration.setAutoCommit(false);
            CompletableFuture<Void> rewriting = CompletableFuture.runAsync(() -> rewrite(outbox, migration));
            awaitLocks(outbox, "AccessExclusiveLock", false);
            late.commit();
            rewriting.get(BOUND.toSeconds(), TimeUnit.SECONDS);
            // Nobody is left who could fill the gap: the next complete read settles it.
            reader.tend(System.nanoTime() + Duration.ofSeconds(1).toNanos());
            CompletableFuture<TableReader.Page> read = CompletableFuture.supplyAsync(() -> page(reader));
            awaitLocks(outbox, "AccessShareLock", false);
            migration.commit();

            assertThatThrownBy(() -> read.get(BOUND.toSeconds(), TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(RelayException.class)
                    .hasMessageContaining("was written anew");
        }
        try (Connection connection = outbox.connect()) {
            PollingSession next = outbox.session(connection);
            TableReader reader = SequenceReader.removing(
                    next,
                    PollingSettings.Reading.DEFAULT,
                    ReaderRules.PRODUCTION,
                    new PollingCounters(),
                    new DeletingRemoval(next));
            assertThat(ids(reader.read())).containsExactly("late", "early");
        }
    }

    private static void rewrite(OutboxFixture outbox, Connection migration) {
        try {
            OutboxFixture.execute(
                    migration, "ALTER TABLE " + outbox.table() + " ADD COLUMN drawn float8 NOT NULL DEFAULT random()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TableReader.Page page(TableReader reader) {
        try {
            return reader.read();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> ids(TableReader.Page page) {
        return page.rows().stream().map(Row::id).toList();
    }

    private static void awaitLocks(OutboxFixture outbox, String mode, boolean granted) {
        await("somebody waits for " + mode)
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !outbox.query("SELECT pid FROM pg_locks WHERE relation = '" + outbox.table()
                                + "'::regclass AND mode = '" + mode + "' AND granted = " + granted)
                        .isEmpty());
    }
}
