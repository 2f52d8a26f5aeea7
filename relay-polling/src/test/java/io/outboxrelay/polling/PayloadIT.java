package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Payloads, ids, keys and names of every kind, byte for byte. */
class PayloadIT {

    private static final String EMOJI = "caf\u00e9 \ud83d\ude00 \u6f22\u5b57";
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
    @ValueSource(strings = {"text", "varchar", "json", "jsonb"})
    void text_comes_as_the_column_renders_it_in_utf_8(String type) throws SQLException {
        OutboxFixture outbox = OutboxFixture.of(database, "id text NOT NULL, key text, payload " + type);
        String document = "{ \"b\":1,  \"a\":\"" + EMOJI + "\" }";
        insert(outbox, "?::" + type, document);
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            String rendered =
                    outbox.query("SELECT payload::text FROM " + outbox.table()).get(0);
            assertThat(rendered).isEqualTo(type.equals("jsonb") ? "{\"a\": \"" + EMOJI + "\", \"b\": 1}" : document);
            assertThat(consumer.awaitRecords(1).get(0).payload()).isEqualTo(rendered.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void bytea_comes_as_it_is_with_every_byte_there_is() throws SQLException {
        OutboxFixture outbox = OutboxFixture.of(database, "id text NOT NULL, key bytea, payload bytea");
        byte[] bytes = new byte[512];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO " + outbox.table() + " (id, key, payload) VALUES ('a', ?, ?)")) {
            insert.setBytes(1, new byte[] {0, 1, 0});
            insert.setBytes(2, bytes);
            insert.execute();
        }
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            OutboxRecord record = consumer.awaitRecords(1).get(0);
            assertThat(record.payload()).isEqualTo(bytes);
            assertThat(record.key()).isEqualTo(new byte[] {0, 1, 0});
        }
    }

    @Test
    void null_is_not_the_same_as_empty() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        database.execute("INSERT INTO " + outbox.table()
                + " (id, key, payload, note) VALUES ('a', NULL, NULL, NULL), ('b', '', '', '')");
        try (TestConsumer consumer = TestConsumer.of(outbox, "note")) {
            List<OutboxRecord> records = consumer.awaitRecords(2);
            assertThat(records.get(0).payload()).isNull();
            assertThat(records.get(0).key()).isNull();
            assertThat(records.get(0).columns()).containsExactly((String) null);
            assertThat(records.get(1).payload()).isEmpty();
            assertThat(records.get(1).key()).isEmpty();
            assertThat(records.get(1).columns()).containsExactly("");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "uuid, 6F9619FF-8B86-D011-B42D-00CF4FC964FF, 6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "text, an id \ud83d\ude00, an id \ud83d\ude00",
        "bigint, -9223372036854775808, -9223372036854775808",
        "integer, 42, 42"
    })
    void ids_come_as_plain_text(String type, String written, String expected) throws SQLException {
        OutboxFixture outbox = OutboxFixture.of(database, "id " + type + " NOT NULL, key " + type + ", payload text");
        insertRow(outbox, "?::" + type, written);
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            OutboxRecord record = consumer.awaitRecords(1).get(0);
            assertThat(record.id()).isEqualTo(expected);
            assertThat(record.key()).isEqualTo(expected.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void names_may_be_anything_that_can_be_quoted() throws SQLException {
        database.execute("CREATE SCHEMA \"My.Schema\"");
        database.execute("CREATE TABLE \"My.Schema\".\"Weird \"\"Table' \\ $1\" (\"The \"\"Seq\" bigint"
                + " GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"ID of it\" uuid NOT NULL DEFAULT gen_random_uuid(),"
                + " \"select\" text, \"PayLoad'\" jsonb, \"n\" text, \"c0 ?\" text)");
        database.execute("INSERT INTO \"My.Schema\".\"Weird \"\"Table' \\ $1\" (\"select\", \"PayLoad'\", n, \"c0 ?\")"
                + " SELECT 'k', '{}', g, 'c' || g FROM generate_series(1, 50) g");
        OutboxFixture outbox = OutboxFixture.existing(
                database,
                "\"My.Schema\".\"Weird \"\"Table' \\ $1\"",
                new Columns("ID of it", "The \"Seq", "select", "PayLoad'"));
        try (TestConsumer consumer = TestConsumer.of(outbox, "n", "c0 ?").committing()) {
            List<OutboxRecord> records = consumer.awaitRecords(50);
            assertThat(records.get(49).columns()).containsExactly("50", "c50");
            assertThat(records.get(49).key()).asString().isEqualTo("k");
            consumer.awaitCommitted(records.get(49).position());
            assertThat(outbox.query("SELECT 1 FROM " + outbox.table())).isEmpty();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12})
    void rows_of_all_sizes_come_whole_and_in_order_through_pages_bounded_in_bytes(long seed) throws SQLException {
        OutboxFixture outbox = OutboxFixture.of(database, "id text NOT NULL, key text, payload bytea");
        outbox.reading(100, 1 << 20);
        Random random = new Random(seed);
        List<byte[]> payloads = new ArrayList<>();
        int[] sizesMax = {1, 200, 5_000, 300_000, 3 << 20};
        try (Connection connection = database.connect();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO " + outbox.table() + " (id, payload) VALUES (?, ?)")) {
            for (int i = 0; i < 300; i++) {
                int size = i == 100 ? 16 << 20 : random.nextInt(sizesMax[random.nextInt(random.nextInt(5) + 1)]);
                byte[] payload = new byte[size];
                random.nextBytes(payload);
                payloads.add(payload);
                insert.setString(1, "e" + i);
                insert.setBytes(2, payload);
                insert.execute();
            }
        }
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            List<OutboxRecord> records = consumer.awaitRecords(payloads.size());
            for (int i = 0; i < payloads.size(); i++) {
                assertThat(records.get(i).id()).isEqualTo("e" + i);
                assertThat(Arrays.equals(records.get(i).payload(), payloads.get(i)))
                        .as("payload " + i)
                        .isTrue();
            }
            consumer.commitAll();
            consumer.awaitCommitted(records.get(records.size() - 1).position());
            assertThat(outbox.standing()).isEmpty();
        }
    }

    private static void insert(OutboxFixture outbox, String expression, String payload) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO " + outbox.table() + " (id, payload) VALUES ('a', " + expression + ")")) {
            insert.setString(1, payload);
            insert.execute();
        }
    }

    private static void insertRow(OutboxFixture outbox, String expression, String value) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO " + outbox.table()
                        + " (id, key, payload) VALUES (" + expression + ", " + expression + ", 'p')")) {
            insert.setString(1, value);
            insert.setString(2, value);
            insert.execute();
        }
    }
}
