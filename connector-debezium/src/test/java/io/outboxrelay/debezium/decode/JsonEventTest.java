package io.outboxrelay.debezium.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the published schema says is an event is one, and nothing else is. */
class JsonEventTest {

    private static final JsonSchema SCHEMA = schema();

    private static JsonSchema schema() {
        try {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(Files.readString(
                            Path.of(System.getProperty("outboxrelay.root"), "docs", "outbox-message.schema.json")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonEvent parse(String json) throws JsonEvent.Malformed {
        return JsonEvent.parse(ByteBuffer.wrap(json.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "null",
            value = {
                "{\"id\":\"a\",\"payload\": {\"x\" : [1.0,\"\u00e9\"]} } | {\"x\" : [1.0,\"\u00e9\"]}",
                "{\"id\":1,\"payload\":12.50} | 12.50",
                "{\"payload\":12 ,\"id\":1} | 12",
                "{\"id\":1,\"payload\":true} | true",
                "{\"id\":1,\"payload\":[ ]} | [ ]",
                "{\"id\":1,\"payload\":\"a\\u00e9\\n\"} | `a\u00e9\n`",
                "{\"id\":1,\"payload\":null,\"headers\":null} | null",
                "{\"id\":1} | null",
                "{\"id\":1,\"payloadBase64\":\"YWI=\"} | ab",
                " {\"id\":1,\"aggregateid\":null,\"headers\":{\"a\":1,\"b\":null}} | null"
            })
    void a_payload_is_a_strings_text_or_else_the_json_as_it_is_written(String json, String payload)
            throws JsonEvent.Malformed {
        JsonEvent event = parse(json);
        assertThat(event.payload()).isEqualTo(payload == null ? null : payload.getBytes(UTF_8));
        assertThat(SCHEMA.validate(json, InputFormat.JSON)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"payload\":{}}",
                "{\"id\":null}",
                "{\"id\":1.5}",
                "{\"id\":{\"a\":1}}",
                "{\"id\":\"a\",\"aggregate_id\":1}",
                "{\"id\":\"a\",\"headers\":[]}",
                "{\"id\":\"a\",\"headers\":{\"a\":{}}}",
                "{\"id\":\"a\",\"payload\":1,\"payloadBase64\":\"YWI=\"}",
                "{\"id\":\"a\",\"payloadBase64\":1}",
                "[]",
                "\"a\""
            })
    void what_the_schema_refuses_is_no_event(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(JsonEvent.Malformed.class);
        assertThat(SCHEMA.validate(json, InputFormat.JSON)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"id\":\"secret\"",
                "{\"id\":1}{}",
                "{\"id\":1,\"id\":2}",
                "{\"id\":1} x",
                "{\"id\":1,\"payloadBase64\":\"?\"}"
            })
    void what_is_not_one_json_object_is_no_event_and_is_not_quoted(String json) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(JsonEvent.Malformed.class)
                .message()
                .doesNotContain("secret");
    }
}
