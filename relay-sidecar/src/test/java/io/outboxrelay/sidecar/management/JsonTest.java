package io.outboxrelay.sidecar.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void writes_what_there_is_in_json_in_order() {
        assertThat(Json.text(Json.object(
                        "a",
                        1,
                        "b",
                        -2.5,
                        "c",
                        true,
                        "d",
                        null,
                        "e",
                        List.of("x", List.of(), Map.of()),
                        "f",
                        Double.NaN)))
                .isEqualTo("{\"a\":1,\"b\":-2.5,\"c\":true,\"d\":null,\"e\":[\"x\",[],{}],\"f\":null}");
    }

    @Test
    void text_is_escaped_down_to_what_neither_json_nor_html_can_take_for_anything_else() {
        assertThat(Json.text("a\"b\\c\nd\u0000\u001f</script>&'\u2028\u00e9\ud83d\ude00\ud800"))
                .isEqualTo(
                        "\"a\\\"b\\\\c\\nd\\u0000\\u001f\\u003c/script\\u003e\\u0026\\u0027\\u2028\\u00e9\\ud83d\\ude00\\ud800\"");
    }

    @Test
    void what_json_does_not_know_is_refused() {
        assertThatThrownBy(() -> Json.text(new Object())).hasMessageContaining("no JSON");
    }
}
