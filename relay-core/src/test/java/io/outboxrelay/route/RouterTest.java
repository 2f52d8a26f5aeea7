package io.outboxrelay.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {

    private record Nowhere() implements Position {}

    private static OutboxRecord row(byte @Nullable [] key, byte @Nullable [] payload, @Nullable String... columns) {
        return new OutboxRecord(new Nowhere(), "event-1", key, payload, Arrays.asList(columns));
    }

    private static Router router(String topic, String... headerAndColumn) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < headerAndColumn.length; i += 2) {
            headers.put(headerAndColumn[i], headerAndColumn[i + 1]);
        }
        return new Router(new RouteSettings(topic, headers, false));
    }

    @Test
    void fills_the_topic_from_any_columns_and_asks_for_each_once() {
        Router router = router("outbox.${tenant}.$$${aggregatetype}", "eventType", "type", "tenant", "tenant");
        assertThat(router.columns().names()).containsExactly("tenant", "aggregatetype", "type");
        assertThatThrownBy(() -> router.route(row(null, null, "acme", "order", "placed")))
                .as("a dollar sign is literal, and not allowed in a topic")
                .hasMessageContaining("the character at place 13");

        OutboxMessage message = router("outbox.${tenant}.${aggregatetype}").route(row(null, null, "acme", "order"));
        assertThat(message.topic()).isEqualTo("outbox.acme.order");
    }

    @Test
    void key_and_payload_are_handed_on_untouched() {
        byte[] key = {0, 1, 2};
        byte[] payload = {(byte) 0xff, 0};
        OutboxMessage message = router("t").route(row(key, payload));
        assertThat(message.key()).isSameAs(key);
        assertThat(message.value()).isSameAs(payload);
    }

    @Test
    void a_row_brings_its_own_time_where_a_column_has_one() {
        Router router = new Router(new RouteSettings("t.${type}", Map.of(), false, "created", null));
        assertThat(router.columns()).isEqualTo(new OutboxColumns(List.of("type", "created"), "created"));
        assertThat(router.route(row(null, null, "a", "1970-01-01 00:00:02.5+00"))
                        .timestampMillis())
                .isEqualTo(2_500);
        assertThat(router.route(row(null, null, "a", null)).timestampMillis()).isEqualTo(OutboxMessage.NO_TIMESTAMP);
        assertThat(router("t").route(row(null, null)).timestampMillis()).isEqualTo(OutboxMessage.NO_TIMESTAMP);
        assertThatThrownBy(() -> router.route(row(null, null, "a", "infinity")))
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.POISON))
                .hasMessageContaining("column created cannot be the time of a message: it is no point in time");
    }

    @Test
    void what_is_refused_keeps_of_topic_and_time_what_is_good() {
        Router router = new Router(new RouteSettings("t.${type}", Map.of(), true, "created", null));
        OutboxMessage keyless = router.unrouted(row(null, null, "a", "1970-01-01 00:00:02.5+00"));
        assertThat(keyless.topic()).isEqualTo("t.a");
        assertThat(keyless.timestampMillis()).isEqualTo(2_500);
        OutboxMessage timeless = router.unrouted(row(new byte[] {1}, null, "a/b", "infinity"));
        assertThat(timeless.topic()).isEmpty();
        assertThat(timeless.timestampMillis()).isEqualTo(OutboxMessage.NO_TIMESTAMP);
    }

    @Test
    void a_null_payload_is_a_tombstone() {
        assertThat(router("t").route(row(new byte[] {1}, null)).value()).isNull();
    }

    @Test
    void the_id_is_the_first_header_in_plain_text_then_the_mapped_ones_without_the_null_ones() {
        OutboxMessage message =
                router("t", "eventType", "type", "trace", "traceparent").route(row(null, null, "größe", null));
        assertThat(message.headers()).extracting(OutboxMessage.Header::name).containsExactly("id", "eventType");
        assertThat(message.headers())
                .extracting(header -> new String(header.value(), UTF_8))
                .containsExactly("event-1", "größe");
    }

    @Test
    void a_row_without_a_value_for_its_topic_is_poison_and_the_message_names_the_row_and_the_column() {
        assertThatThrownBy(() -> router("t.${aggregatetype}").route(row(null, null, (String) null)))
                .isInstanceOfSatisfying(RelayException.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.POISON);
                    assertThat(e.failure().summary()).contains("event-1", "aggregatetype");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "größe", "a/b", "a\u0000b"})
    void a_name_that_can_never_be_a_topic_is_poison(String name) {
        assertThatThrownBy(() -> router("${a}").route(row(null, null, name)))
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.POISON));
    }

    @Test
    void a_topic_of_249_characters_is_the_longest() {
        assertThat(router("${a}").route(row(null, null, "a".repeat(249))).topic())
                .hasSize(249);
        assertThatThrownBy(() -> router("${a}").route(row(null, null, "a".repeat(250))))
                .hasMessageContaining("250 characters");
    }

    @Test
    void a_null_key_is_poison_only_where_a_key_is_required() {
        assertThat(router("t").route(row(null, null)).key()).isNull();
        Router strict = new Router(new RouteSettings("t", Map.of(), true));
        assertThatThrownBy(() -> strict.route(row(null, null))).hasMessageContaining("its key is null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.$", "a.${", "a.${}", "a.$b"})
    void a_malformed_template_is_refused(String template) {
        assertThatThrownBy(() -> TopicTemplate.parse(template)).isInstanceOf(IllegalArgumentException.class);
    }
}
