package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.AwkwardPayloads;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published of a row is what polling publishes of it, whatever its types, and however role and database are set up. */
class LogRenderingIT {

    /** What a role, or a database, may be set to, each of which changes how some type is written. */
    private static final List<String> CONTRARY = List.of(
            "DateStyle = 'German, DMY'",
            "IntervalStyle = 'sql_standard'",
            "TimeZone = 'Asia/Kathmandu'",
            "bytea_output = 'escape'",
            "extra_float_digits = -15",
            "client_encoding = 'LATIN1'",
            "standard_conforming_strings = off",
            "statement_timeout = '1s'");

    private record Sample(String type, String literal) {}

    private static final List<Sample> SAMPLES = List.of(
            new Sample("timestamptz", "'2026-02-03 04:05:06.070809+05:45'"),
            new Sample("timestamptz", "'2026-02-03 04:05:00+00'"),
            new Sample("timestamptz", "'0044-03-15 12:00:00.5+00 BC'"),
            new Sample("timestamptz(3)", "'2026-02-03 04:05:06.070809+05:45'"),
            new Sample("timestamptz", "'12026-02-03 04:05:06+00'"),
            new Sample("timestamp", "'2026-02-03 04:05:06'"),
            new Sample("timestamp", "'0044-03-15 00:00:00.000001 BC'"),
            new Sample("timestamp", "'12026-02-03 04:05:06.1'"),
            new Sample("timestamp(0)", "'2026-02-03 04:05:06.6'"),
            new Sample("timestamp", "'infinity'"),
            new Sample("timestamp", "'-infinity'"),
            new Sample("timestamptz", "'infinity'"),
            new Sample("date", "'2026-02-03'"),
            new Sample("date", "'0044-03-15 BC'"),
            new Sample("date", "'infinity'"),
            new Sample("date", "'-infinity'"),
            new Sample("time", "'04:05:06.07'"),
            new Sample("time", "'24:00:00'"),
            new Sample("numeric", "'1e-20'"),
            new Sample("numeric", "'1e20'"),
            new Sample("numeric(10,3)", "'1.5'"),
            new Sample("numeric", "'-0.000'"),
            new Sample("numeric", "'NaN'"),
            new Sample("numeric", "'-Infinity'"),
            new Sample("bigint", "-9223372036854775808"),
            new Sample("smallint", "7"),
            new Sample("integer", "-1"),
            new Sample("float8", "'0.1'::float8 + 0.2"),
            new Sample("float4", "'1.1'"),
            new Sample("float8", "'-Infinity'"),
            new Sample("float8", "'-0'"),
            new Sample("boolean", "false"),
            new Sample("uuid", "'6F9619FF-8B86-D011-B42D-00CF4FC964FF'"),
            new Sample("bytea", "'\\x00ff5c'"),
            new Sample("jsonb", "'{\"b\":1.50,\"a\":null}'"),
            new Sample("json", "'{\"b\" : 1.50,  \"a\":null}'"),
            new Sample("mood", "'so-so'"),
            new Sample("short_text", "'d\u00e9j\u00e0 \ud83d\ude80'"),
            new Sample("order_number", "42"),
            new Sample("char(5)", "'ab'"),
            new Sample("varchar(9)", "'ab  '"),
            new Sample("\"char\"", "'x'"),
            new Sample("int4range", "'[1,5)'"),
            new Sample("cidr", "'10.0.0.0/8'"),
            new Sample("macaddr", "'08:00:2b:01:02:03'"));

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
        database.execute(
                "CREATE TYPE mood AS ENUM ('so-so'); CREATE DOMAIN short_text AS varchar(20) CHECK (VALUE <> '');"
                        + "CREATE DOMAIN order_number AS bigint; CREATE DOMAIN nick AS name");
        for (String setting : CONTRARY) {
            database.execute("ALTER ROLE " + LoggedOutbox.ROLE + " SET " + setting);
        }
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytea", "json", "jsonb", "text", "varchar"})
    void a_payload_has_the_bytes_that_an_ordinary_read_gives(String type) throws SQLException {
        LoggedOutbox outbox =
                LoggedOutbox.of(database, "id text NOT NULL, aggregateid text, key text, payload " + type);
        Map<String, byte[]> ordinary;
        try (Connection connection = database.connect()) {
            AwkwardPayloads payloads = new AwkwardPayloads(connection, outbox.table);
            payloads.insert(type, 1 << 20);
            ordinary = payloads.ordinarilyRead();
        }
        assertThat(ordinary).hasSizeGreaterThan(10);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(ordinary.size())) {
            for (OutboxRecord record : consumer.records) {
                assertThat(record.payload()).as(record.id()).isEqualTo(ordinary.get(record.id()));
            }
            assertThat(consumer.ids()).containsExactlyInAnyOrderElementsOf(ordinary.keySet());
        }
    }

    @Test
    void ids_keys_and_routed_columns_are_what_a_cast_to_text_gives() throws SQLException {
        StringBuilder columns = new StringBuilder("id uuid NOT NULL, aggregateid order_number, payload json");
        List<String> names = new ArrayList<>();
        List<String> literals = new ArrayList<>();
        for (Sample sample : SAMPLES) {
            names.add("h" + names.size());
            literals.add(sample.literal());
            columns.append(", h").append(names.size() - 1).append(' ').append(sample.type());
        }
        LoggedOutbox outbox = LoggedOutbox.of(database, columns.toString());
        database.execute("INSERT INTO " + outbox.table + " (id, aggregateid, payload, " + String.join(", ", names)
                + ") VALUES ('6F9619FF-8B86-D011-B42D-00CF4FC964FF', -7, '{\"z\": 1e2}', "
                + String.join(", ", literals) + ")");
        List<String> cast = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1");
            try (ResultSet row = statement.executeQuery(
                    "SELECT " + String.join("::text, ", names) + "::text FROM " + outbox.table)) {
                row.next();
                for (int i = 1; i <= names.size(); i++) {
                    cast.add(row.getString(i));
                }
            }
        }
        try (LogConsumer consumer =
                LogConsumer.of(outbox, names.toArray(String[]::new)).awaitRecords(1)) {
            OutboxRecord record = consumer.records.get(0);
            assertThat(record.id()).isEqualTo("6f9619ff-8b86-d011-b42d-00cf4fc964ff");
            assertThat(record.key()).isEqualTo("-7".getBytes(UTF_8));
            assertThat(record.payload()).isEqualTo("{\"z\": 1e2}".getBytes(UTF_8));
            for (int i = 0; i < cast.size(); i++) {
                assertThat(record.columns().get(i)).as("%s", SAMPLES.get(i)).isEqualTo(cast.get(i));
            }
        }
    }

    /** Where the notation changes, and where reading back the shortest text is delicate. */
    @Test
    void floating_point_numbers_are_written_as_postgresql_writes_them() throws SQLException {
        LoggedOutbox outbox =
                LoggedOutbox.of(database, "id text NOT NULL, aggregateid float4, payload float8, texts text");
        Random random = new Random(5);
        List<Double> numbers = new ArrayList<>(List.of(
                1e-5,
                1e-4,
                1e14,
                1e15,
                123456789012345680.0,
                1e22,
                Double.MIN_VALUE,
                Double.MIN_NORMAL,
                Double.MAX_VALUE,
                9007199254740992.0,
                2e-3,
                1e5,
                1e6,
                1234567.0,
                0.0,
                -1.5));
        for (int i = 0; i < 2_000; i++) {
            numbers.add(Double.longBitsToDouble(random.nextLong()));
        }
        numbers.removeIf(number -> number.isNaN());
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO " + outbox.table
                                + " SELECT n::text, f, d, concat(f::text, ' ', d::text) FROM (SELECT ?::int n, ?::float4 f, ?::float8 d) v")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < numbers.size(); i++) {
                double number = numbers.get(i);
                float small = (float) number;
                insert.setInt(1, i);
                insert.setFloat(
                        2,
                        Float.isInfinite(small) || small == 0
                                ? Float.intBitsToFloat(random.nextInt(0x7F800000))
                                : small);
                insert.setDouble(3, number);
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
        try (LogConsumer consumer = LogConsumer.of(outbox, "texts").awaitRecords(numbers.size())) {
            for (OutboxRecord record : consumer.records) {
                assertThat(new String(record.key(), UTF_8) + ' ' + new String(record.payload(), UTF_8))
                        .isEqualTo(record.columns().get(0));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "money",
                "interval",
                "timetz",
                "inet",
                "int[]",
                "bit(3)",
                "point",
                "xml",
                "name",
                "tstzrange",
                "nick"
            })
    void a_type_whose_text_cannot_be_had_is_refused_by_name(String type) throws SQLException {
        LoggedOutbox outbox =
                LoggedOutbox.of(database, "id text NOT NULL, aggregateid text, payload text, odd " + type);
        try (LogConsumer consumer = LogConsumer.of(outbox, "odd")) {
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains("column odd is of type").contains("polling");
        }
    }
}
