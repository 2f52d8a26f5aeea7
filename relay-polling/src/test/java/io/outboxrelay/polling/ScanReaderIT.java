package io.outboxrelay.polling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading without a sequence: every row once, in whatever order. */
class ScanReaderIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static EmbeddedDatabase database;
    private static int tables;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "uuid, md5(n::text)::uuid",
        "text, md5(n::text)",
        "varchar(40), n::text",
        "bigint, 4000 - n",
        "integer, n"
    })
    void every_row_comes_once_and_is_deleted_by_its_id(String type, String id) throws SQLException {
        OutboxFixture outbox = create(type).reading(300, 8 << 20);
        database.execute(
                "INSERT INTO " + outbox.table() + " SELECT " + id + ", 'k', n::text FROM generate_series(1, 4000) n");
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(4_000);
            assertThat(new HashSet<>(consumer.ids())).hasSize(4_000);
            assertThat(consumer.records().stream()
                            .map(record -> new String(record.payload(), UTF_8))
                            .collect(Collectors.toSet()))
                    .isEqualTo(IntStream.rangeClosed(1, 4_000)
                            .mapToObj(String::valueOf)
                            .collect(Collectors.toSet()));
            await().atMost(PATIENCE).until(() -> {
                consumer.take();
                return outbox.standing().isEmpty();
            });
            assertThat(consumer.ids()).hasSize(4_000);
        }
    }

    @Test
    void a_row_that_commits_late_or_sorts_before_all_others_is_met_by_the_next_round() throws SQLException {
        OutboxFixture outbox = create("text");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen();
                Connection late = database.connect()) {
            late.setAutoCommit(false);
            outbox.insert(late, "b");
            outbox.insert("d");
            consumer.awaitRecords(1);
            outbox.insert("c");
            consumer.awaitRecords(2);
            late.commit();
            consumer.awaitRecords(3);
            outbox.insert("a");
            consumer.awaitRecords(4);
            assertThat(consumer.ids()).containsExactly("d", "c", "b", "a");
            Position second = consumer.records().get(1).position();
            consumer.source.commit(second);
            consumer.awaitCommitted(second);
            assertThat(outbox.standing()).containsExactly("a", "b");
        }
    }

    @Test
    void ids_may_be_any_text() throws SQLException {
        OutboxFixture outbox = create("text");
        List<String> ids = List.of(
                "",
                " ",
                "'",
                "\"",
                "\\",
                "{}",
                "{a,b}",
                "NULL",
                "null",
                "a,b",
                "\n\t",
                "$1",
                "\ud83d\ude00",
                "x".repeat(2_000));
        try (Connection connection = database.connect();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO " + outbox.table() + " VALUES (?, 'k', 'p')")) {
            for (String id : ids) {
                insert.setString(1, id);
                insert.execute();
            }
        }
        try (TestConsumer consumer = TestConsumer.of(outbox).committing().awaitOpen()) {
            consumer.awaitRecords(ids.size());
            assertThat(consumer.ids()).containsExactlyInAnyOrderElementsOf(ids);
            await().atMost(PATIENCE).until(() -> outbox.standing().isEmpty());
            assertThat(consumer.counters.missingDeletes()).isZero();
        }
    }

    @Test
    void rows_too_large_for_one_page_come_over_several() throws SQLException {
        OutboxFixture outbox = create("text").reading(100, 1_000_000);
        database.execute("INSERT INTO " + outbox.table()
                + " SELECT 'e' || n, 'k', repeat('x', CASE WHEN n = 7 THEN 5000000 ELSE 30000 * (n % 9) END)"
                + " FROM generate_series(1, 120) n");
        try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
            List<OutboxRecord> records = consumer.awaitRecords(120);
            Set<String> ids = new HashSet<>(consumer.ids());
            assertThat(ids).hasSize(120);
            assertThat(records.stream()
                            .mapToInt(record -> record.payload().length)
                            .max())
                    .hasValue(5_000_000);
        }
    }

    @Test
    void a_second_source_is_fenced() throws SQLException {
        OutboxFixture outbox = create("uuid");
        try (TestConsumer first = TestConsumer.of(outbox).awaitOpen();
                TestConsumer second = TestConsumer.of(outbox)) {
            assertThat(second.awaitFailure().kind()).isEqualTo(FailureKind.FENCED);
            assertThat(first.records()).isEmpty();
        }
    }

    private static OutboxFixture create(String idType) throws SQLException {
        String table = "unordered_" + ++tables;
        database.execute("CREATE TABLE " + table + " (id " + idType + " PRIMARY KEY, key text, payload text)");
        return OutboxFixture.existing(database, table, new Columns("id", null, "key", "payload"))
                .unordered();
    }
}
