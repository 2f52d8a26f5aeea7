package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.RelayProcess;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables as applications have them: with names of their own, ids of any type, and without a sound sequence. */
class AnyTableIT {
    private static final int ROWS = 3_000;

    @Test
    void any_table_and_column_names_will_do() throws Exception {
        try (Scene scene = new Scene()) {
            scene.execute("""
                    CREATE SCHEMA "my ""shop"".x";
                    CREATE TABLE "my ""shop"".x"."Out.Box; --" (
                      "The Id" text PRIMARY KEY,
                      "n°" bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
                      "Kind/Of" text NOT NULL,
                      "select" text,
                      "pay'load" bytea,
                      "trace parent" text);
                    GRANT USAGE ON SCHEMA "my ""shop"".x" TO %1$s;
                    GRANT SELECT, DELETE ON "my ""shop"".x"."Out.Box; --" TO %1$s;
                    GRANT SELECT ON ALL SEQUENCES IN SCHEMA "my ""shop"".x" TO %1$s;
                    INSERT INTO "my ""shop"".x"."Out.Box; --" ("The Id", "Kind/Of", "select", "pay'load", "trace parent")
                      VALUES ('first', 'odd', 'k', '\\x00ff', '00-1'), ('second', 'odd', 'k', NULL, NULL);
                    """.formatted(SharedServers.ROLE));
            RelayProcess relay = scene.set("outbox.table", "\"my \"\"shop\"\".x\".\"Out.Box; --\"")
                    .set("outbox.columns.id", "The Id")
                    .set("outbox.columns.sequence", "n°")
                    .set("outbox.columns.key", "select")
                    .set("outbox.columns.payload", "pay'load")
                    .set("route.topic", scene.topic("${Kind/Of}"))
                    .set("route.headers.traceparent", "trace parent")
                    .startRelay();
            scene.awaitEmpty("\"my \"\"shop\"\".x\".\"Out.Box; --\"", relay);

            List<ConsumerRecord<byte[], byte[]>> published = scene.published();
            assertThat(published)
                    .extracting(record -> Scene.header(record, "id"))
                    .containsExactly("first", "second");
            assertThat(published).extracting(ConsumerRecord::topic).containsOnly(scene.topic("odd"));
            assertThat(published.get(0).value()).containsExactly(0x00, 0xff);
            assertThat(Scene.header(published.get(0), "traceparent")).isEqualTo("00-1");
            assertThat(published.get(1).value()).isNull();
            assertThat(published.get(1).headers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"uuid, gen_random_uuid()", "text, 'e-' || i", "bigint, i"})
    void ids_of_any_type_become_the_header(String type, String id) throws Exception {
        try (Scene scene = new Scene()) {
            scene.execute(
                    "CREATE TABLE outbox (id " + type + " PRIMARY KEY, seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,"
                            + " aggregatetype text NOT NULL, aggregateid text, payload text)");
            scene.grant("outbox");
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, payload) SELECT " + id
                    + ", 'order', 'k' || i % 9, 'p' || i FROM generate_series(1, " + ROWS + ") i");
            RelayProcess relay = scene.startRelay();
            scene.awaitEmpty("outbox", relay);
            List<ConsumerRecord<byte[], byte[]>> published = scene.published();
            assertThat(published).hasSize(ROWS);
            assertThat(published.stream()
                            .map(record -> Scene.header(record, "id"))
                            .distinct())
                    .hasSize(ROWS);
            if (type.equals("bigint")) {
                assertThat(published)
                        .extracting(record -> Scene.header(record, "id"))
                        .contains("1", "2", Integer.toString(ROWS));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "timestamptz, '2026-01-31 23:30:00.123456-02:30'",
                "timestamp, '2026-02-01 02:00:00.123'",
                "bigint, 1769911200123"
            })
    void a_row_may_bring_the_time_of_its_message(String type, String time) throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.execute("ALTER TABLE outbox ADD COLUMN happened " + type);
            scene.execute("ALTER ROLE " + SharedServers.ROLE + " IN DATABASE " + scene.name()
                    + " SET TimeZone = 'Asia/Tokyo'");
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, happened) SELECT"
                    + " gen_random_uuid(), 'order', 'k', 't', '{}', t FROM (VALUES (" + time + "::" + type
                    + "), (NULL)) v(t)");
            long before = System.currentTimeMillis();
            RelayProcess relay =
                    scene.set("outbox.columns.timestamp", "happened").startRelay();
            scene.awaitEmpty("outbox", relay);
            List<ConsumerRecord<byte[], byte[]>> published = scene.published();
            assertThat(published).hasSize(2);
            assertThat(published.get(0).timestamp()).isEqualTo(1_769_911_200_123L);
            assertThat(published.get(1).timestamp()).isBetween(before, System.currentTimeMillis());
        }
    }

    @Test
    void a_table_without_a_sequence_is_published_with_order_none() throws Exception {
        try (Scene scene = new Scene()) {
            scene.execute(
                    "CREATE TABLE outbox (id text PRIMARY KEY, aggregatetype text NOT NULL, aggregateid text, payload text)");
            scene.execute("GRANT SELECT, DELETE ON outbox TO " + SharedServers.ROLE);
            scene.execute(
                    "INSERT INTO outbox SELECT md5(i::text), 'order', 'k' || i % 9, 'p' || i FROM generate_series(1, "
                            + ROWS + ") i");
            RelayProcess relay = scene.set("outbox.order", "none").startRunningRelay();
            scene.awaitEmpty("outbox", relay);
            scene.execute("INSERT INTO outbox SELECT md5(i::text), 'order', 'k', 'p' || i FROM generate_series("
                    + (ROWS + 1) + ", " + (2 * ROWS) + ") i");
            scene.awaitEmpty("outbox", relay);
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).isZero();

            assertThat(scene.published().stream().map(record -> new String(record.value(), UTF_8)))
                    .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 2 * ROWS)
                            .mapToObj(i -> "p" + i)
                            .toList());
        }
    }
}
