package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.AwkwardPayloads;
import io.outboxrelay.testkit.RelayProcess;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the table to the topic, byte for byte. */
class PayloadDeliveryIT {
    /** Just below what a broker takes by default, with the rest of the record. */
    private static final int LARGE_BYTES = 1_000_000;

    @ParameterizedTest
    @ValueSource(strings = {"bytea", "json", "jsonb", "text"})
    void what_arrives_is_what_an_ordinary_read_gives(String type) throws Exception {
        try (Scene scene = new Scene()) {
            scene.execute("CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL,"
                    + " aggregatetype text NOT NULL DEFAULT 'order', aggregateid text DEFAULT 'k', payload " + type
                    + ","
                    + " happened timestamptz DEFAULT '2026-02-03 04:05:06+01')");
            scene.grant("outbox");
            scene.execute(
                    "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET bytea_output = escape';"
                            + " EXECUTE 'ALTER DATABASE ' || current_database() || ' SET TimeZone = ''Asia/Kathmandu'' '; END $$");
            Map<String, byte[]> ordinary;
            try (Connection connection = DriverManager.getConnection(scene.jdbcUrl())) {
                AwkwardPayloads payloads = new AwkwardPayloads(connection, "outbox");
                payloads.insert(type, LARGE_BYTES);
                ordinary = payloads.ordinarilyRead();
            }
            RelayProcess relay = scene.set("route.headers.happened", "happened").startRelay();
            scene.awaitEmpty("outbox", relay);

            List<ConsumerRecord<byte[], byte[]>> published = scene.published();
            assertThat(published)
                    .extracting(record -> Scene.header(record, "id"))
                    .containsExactlyElementsOf(ordinary.keySet());
            for (ConsumerRecord<byte[], byte[]> record : published) {
                assertThat(record.value())
                        .as(Scene.header(record, "id"))
                        .isEqualTo(ordinary.get(Scene.header(record, "id")));
                assertThat(Scene.header(record, "happened")).isEqualTo("2026-02-03 03:05:06+00");
            }
        }
    }
}
