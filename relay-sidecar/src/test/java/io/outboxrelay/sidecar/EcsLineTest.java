package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import co.elastic.logging.logback.EcsEncoder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the encoder makes of texts that JSON has to escape. */
class EcsLineTest {
    private static final String NASTY =
            "a\"b\\c\nd\re\tf\u0000g\u001bh\u007fi\u2028j\u00e9k\ud83d\ude00 ${x} {\"l\":1}";

    @Test
    void message_fields_and_stack_trace_are_one_line_of_json_and_say_what_was_said() {
        LoggerContext context = new LoggerContext();
        EcsEncoder encoder = new EcsEncoder();
        encoder.setServiceName("outbox-relay");
        encoder.start();
        Exception thrown = new IllegalStateException(NASTY, new RuntimeException(NASTY));
        LoggingEvent event = new LoggingEvent(
                "caller", context.getLogger("io.outboxrelay.Relay"), Level.ERROR, "said: {}", thrown, new Object[] {
                    NASTY
                });
        event.setMDCPropertyMap(Map.of("relay.cause", NASTY, "relay.pipeline", NASTY));

        String encoded = new String(encoder.encode(event), UTF_8);

        assertThat(encoded)
                .endsWith("}\n")
                .satisfies(line -> assertThat(line.strip().lines()).hasSize(1));
        Map<String, Object> line = StrictJson.object(encoded);
        assertThat(line)
                .containsEntry("message", "said: " + NASTY)
                .containsEntry("relay.cause", NASTY)
                .containsEntry("relay.pipeline", NASTY);
        assertThat((String) line.get("error.stack_trace")).contains(NASTY, "Caused by: ", "\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"line\nbreak\"}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":'x'}",
                "{a:1}",
                "{\"a\":1}{}",
                "{\"a\":\"\\x\"}",
                "{\"a\":1,}",
                "[1]",
                "text"
            })
    void the_reader_of_these_tests_takes_no_less(String wrong) {
        assertThatThrownBy(() -> StrictJson.object(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
}
