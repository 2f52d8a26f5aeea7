package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application that deletes what it inserts is told of, and one that rolls back is not. */
class UnseenRowsIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "delete | BEGIN; INSERT INTO %1$s (id) VALUES ('a'); DELETE FROM %1$s WHERE id = 'a'; COMMIT | true | 1/1",
                "keep   | BEGIN; INSERT INTO %1$s (id) VALUES ('a'); DELETE FROM %1$s WHERE id = 'a'; COMMIT | true | 1/1",
                "delete | BEGIN; INSERT INTO %1$s (id) VALUES ('a'); ROLLBACK | false | 1/0",
                "keep   | DELETE FROM %1$s | false | 0/3",
                "keep   | BEGIN; INSERT INTO %1$s (id) VALUES ('a'); ROLLBACK; DELETE FROM %1$s | false | 1/3",
            })
    void rows_that_never_stood_long_enough_to_be_read_are_told(
            String retention, String sql, boolean told, String counted) throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        if (retention.equals("keep")) {
            outbox.keeping();
        }
        outbox.insert("old1", "old2", "old3");
        try (Connection connection = outbox.connect()) {
            PollingSession session = outbox.session(connection);
            SourceWatch watch = new SourceWatch("the server", new Patience());
            UnseenRows unseen = new UnseenRows(session, watch, 0);
            List<Long> before = counts(outbox, 3, 0);
            long firstNanos = unseen.lookAtNanos();
            unseen.look(firstNanos);

            database.execute(sql.formatted(outbox.table()));
            counts(
                    outbox,
                    before.get(0) + Long.parseLong(counted.split("/", -1)[0]),
                    before.get(1) + Long.parseLong(counted.split("/", -1)[1]));
            unseen.look(unseen.lookAtNanos());

            Failure failure = watch.hindrance(false, firstNanos);
            if (!told) {
                assertThat(failure).isNull();
                return;
            }
            assertThat(Objects.requireNonNull(failure).summary())
                    .contains("rows of public." + outbox.table() + " have passed unseen")
                    .contains("source.type=debezium");
            unseen.look(unseen.lookAtNanos());
            assertThat(watch.hindrance(false, firstNanos)).isNull();
        }
    }

    /** Sessions tell what they counted when they end, and the server takes a moment to show it. */
    private static List<Long> counts(OutboxFixture outbox, long inserted, long deleted) {
        List<Long> expected = List.of(inserted, deleted);
        await().atMost(Duration.ofSeconds(30)).until(() -> expected.equals(counts(outbox)));
        return expected;
    }

    private static List<Long> counts(OutboxFixture outbox) throws SQLException {
        return outbox
                .query("SELECT unnest(ARRAY[n_tup_ins, n_tup_del]) FROM pg_stat_all_tables WHERE relname = '"
                        + outbox.table() + "'")
                .stream()
                .map(Long::valueOf)
                .toList();
    }
}
