package io.outboxrelay.polling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.AwkwardPayloads;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is published of a row depends on the row alone: not on the way in which it is read, nor on how the relay's role is set up. */
class RenderingIT {

    /** What a role, or a database, may be set to, each of which changes how some type is written, or read back. */
    private static final List<String> CONTRARY = List.of(
            "DateStyle = 'German, DMY'",
            "IntervalStyle = 'sql_standard'",
            "TimeZone = 'Asia/Kathmandu'",
            "bytea_output = 'escape'",
            "extra_float_digits = -15",
            "client_encoding = 'LATIN1'",
            "standard_conforming_strings = off",
            "quote_all_identifiers = on",
            "lc_monetary = 'C.utf8'",
            "xmloption = 'document'",
            "default_transaction_isolation = 'serializable'",
            "statement_timeout = '1h'");

    /** A column's type, a literal of it, and what it is as text. */
    private record Sample(String type, String literal, String text) {}

    private static final List<Sample> HEADERS = List.of(
            new Sample("timestamptz", "'2026-02-03 04:05:06.070809+05:45'", "2026-02-02 22:20:06.070809+00"),
            new Sample("timestamp", "'2026-02-03 04:05:06'", "2026-02-03 04:05:06"),
            new Sample("date", "'2026-02-03'", "2026-02-03"),
            new Sample("date", "'-infinity'", "-infinity"),
            new Sample("timetz", "'04:05:06+05:45'", "04:05:06+05:45"),
            new Sample("interval", "'-1 year 2 days 03:04:05.6'", "-1 years +2 days 03:04:05.6"),
            new Sample("float8", "'0.1'::float8 + 0.2", "0.30000000000000004"),
            new Sample("float4", "'1.1'", "1.1"),
            new Sample("numeric", "'1e-20'", "0.00000000000000000001"),
            new Sample("numeric", "'NaN'", "NaN"),
            new Sample("money", "'12345.67'", "$12,345.67"),
            new Sample("bytea", "'\\x00ff5c'", "\\x00ff5c"),
            new Sample("bytea[]", "array['\\x00'::bytea]", "{\"\\\\x00\"}"),
            new Sample("tstzrange", "'[2026-01-01 00:00+01,)'", "[\"2025-12-31 23:00:00+00\",)"),
            new Sample("jsonb", "'{\"b\":1.50,\"a\":null}'", "{\"a\": null, \"b\": 1.50}"),
            new Sample("boolean", "true", "true"),
            new Sample("mood", "'so-so'", "so-so"),
            new Sample("short_text", "'d\u00e9j\u00e0'", "d\u00e9j\u00e0"),
            new Sample("regclass", "'pg_class'", "pg_class"),
            new Sample("char(5)", "'ab'", "ab"));

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .start();
        database.execute(
                "CREATE TYPE mood AS ENUM ('so-so'); CREATE DOMAIN short_text AS varchar(20) CHECK (VALUE <> '');"
                        + "CREATE DOMAIN order_number AS bigint; CREATE DOMAIN document AS jsonb");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "bytea, SEQUENCE",
        "json, SEQUENCE",
        "jsonb, SEQUENCE",
        "text, SEQUENCE",
        "varchar, SEQUENCE",
        "document, SEQUENCE",
        "bytea, COMMIT_TIMESTAMP",
        "jsonb, COMMIT_TIMESTAMP",
        "bytea, NONE",
        "jsonb, NONE"
    })
    void a_payload_has_the_bytes_that_an_ordinary_read_gives(String type, OutboxOrder order) throws SQLException {
        OutboxFixture outbox =
                ordered(OutboxFixture.of(database, "id text NOT NULL UNIQUE, key text, payload " + type), order);
        Map<String, byte[]> ordinary;
        try (Connection connection = database.connect()) {
            AwkwardPayloads payloads = new AwkwardPayloads(connection, outbox.table());
            payloads.insert(type.equals("document") ? "jsonb" : type, 1 << 20);
            ordinary = payloads.ordinarilyRead();
        }
        assertThat(ordinary).hasSizeGreaterThan(10);
        setUpContrarily();
        try (TestConsumer consumer = TestConsumer.of(outbox)) {
            List<OutboxRecord> records = consumer.awaitRecords(ordinary.size());
            for (OutboxRecord record : records) {
                assertThat(record.payload()).as(record.id()).isEqualTo(ordinary.get(record.id()));
            }
            assertThat(consumer.ids()).containsExactlyInAnyOrderElementsOf(ordinary.keySet());
        } finally {
            database.execute("ALTER ROLE postgres RESET ALL; ALTER DATABASE postgres RESET ALL");
        }
    }

    @ParameterizedTest
    @CsvSource({"SEQUENCE", "COMMIT_TIMESTAMP", "NONE"})
    void repeats_say_the_same_whatever_the_role_and_the_database_are_set_to_meanwhile(OutboxOrder order)
            throws SQLException {
        StringBuilder columns = new StringBuilder("id uuid NOT NULL UNIQUE, key order_number, payload document");
        StringBuilder values = new StringBuilder("'6F9619FF-8B86-D011-B42D-00CF4FC964FF', -7, '{\"z\": 1e2}'");
        String[] names = new String[HEADERS.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = "h" + i;
            columns.append(", ")
                    .append(names[i])
                    .append(' ')
                    .append(HEADERS.get(i).type());
            values.append(", ").append(HEADERS.get(i).literal());
        }
        OutboxFixture outbox = ordered(OutboxFixture.of(database, columns.toString()), order);
        database.execute("INSERT INTO " + outbox.table() + " (id, key, payload, " + String.join(", ", names)
                + ") VALUES (" + values + ")");
        assertRendered(outbox, names);
        setUpContrarily();
        try {
            assertRendered(outbox, names);
        } finally {
            database.execute("ALTER ROLE postgres RESET ALL; ALTER DATABASE postgres RESET ALL");
        }
    }

    @Test
    void a_database_of_another_encoding_is_published_in_utf_8() throws SQLException {
        database.execute("CREATE DATABASE western TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
        String url = database.jdbcUrl(EmbeddedDatabase.SUPERUSER, "western");
        database.execute(
                "western",
                "CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text, key text, payload jsonb);"
                        + "ALTER DATABASE western SET client_encoding = 'LATIN1'");
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO outbox (id, key, payload) VALUES ('\u00fc', '\u00e9', '{\"name\": \"\u00c5\u00ff\"}')")) {
            insert.execute();
        }
        OutboxFixture outbox = OutboxFixture.existing(database, "outbox", new Columns("id", "seq", "key", "payload"))
                .in("western");
        try (TestConsumer consumer = TestConsumer.of(outbox, "key")) {
            OutboxRecord record = consumer.awaitRecords(1).get(0);
            assertThat(record.id()).isEqualTo("\u00fc");
            assertThat(record.columns()).containsExactly("\u00e9");
            assertThat(record.key()).isEqualTo("\u00e9".getBytes(UTF_8));
            assertThat(record.payload()).isEqualTo("{\"name\": \"\u00c5\u00ff\"}".getBytes(UTF_8));
        }
    }

    private static void assertRendered(OutboxFixture outbox, String[] names) {
        try (TestConsumer consumer = TestConsumer.of(outbox, names)) {
            OutboxRecord record = consumer.awaitRecords(1).get(0);
            assertThat(record.id()).isEqualTo("6f9619ff-8b86-d011-b42d-00cf4fc964ff");
            assertThat(record.key()).asString(UTF_8).isEqualTo("-7");
            assertThat(record.payload()).asString(UTF_8).isEqualTo("{\"z\": 100}");
            assertThat(record.columns())
                    .containsExactlyElementsOf(
                            HEADERS.stream().map(Sample::text).toList());
        }
    }

    private static void setUpContrarily() throws SQLException {
        for (int i = 0; i < CONTRARY.size(); i++) {
            String whose = i % 2 == 0 ? "ROLE" : "DATABASE";
            database.execute("ALTER " + whose + " postgres SET " + CONTRARY.get(i));
        }
    }

    private static OutboxFixture ordered(OutboxFixture outbox, OutboxOrder order) {
        return switch (order) {
            case SEQUENCE -> outbox;
            case COMMIT_TIMESTAMP -> outbox.byCommitTimestamp();
            case NONE -> outbox.unordered();
        };
    }
}
