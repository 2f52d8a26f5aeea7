package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.RelayException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A canary stands for a secret: it may turn up in no message, no text of the settings and no stack trace. */
class MaskingTest {
    private static final String CANARY = "c4nary$$Tweet".replace("$$", "");

    @TempDir
    Path directory;

    @Test
    void the_settings_show_no_secret_when_they_are_printed() throws IOException {
        PipelineSettings settings =
                new SettingsFile(directory).with("SECRET", CANARY + "3").load("""
                        source.type: polling
                        source.url: jdbc:postgresql://db/shop?password=%1$s1&sslpassword=%1$s2
                        source.username: relay
                        source.password: ${SECRET}
                        outbox.table: outbox
                        kafka.bootstrap.servers: broker:9092
                        kafka.sasl.jaas.config: org.apache.kafka.Login required password="%1$s4";
                        kafka.ssl.keystore.password: %1$s5
                        kafka.ssl.keystore.key: %1$s6
                        """.formatted(CANARY));
        assertThat(settings.source().connection().password()).isEqualTo(CANARY + "3");
        assertThat(settings).asString().contains("broker:9092", "relay").doesNotContain(CANARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source.pasword: CANARY",
                "source.password CANARY",
                "source.password: *CANARY",
                "source.password: !CANARY x",
                "source.password: %CANARY",
                "source.password: '%CANARY",
                "source.password: \"\\\\CANARY\"",
                "source.password: CANARY: x",
                "source.password: [CANARY]",
                "source.password: {CANARY: CANARY}",
                "source.password: {CANARY",
                "source.password: &CANARY x\nCANARY: *CANARYX",
                "%CANARY x",
                "CANARY",
                "password: CANARY",
                "source.password: CANARY$",
                "source.password: ${CANARY!}",
                "source.password: CANARY\nsource.password: CANARY",
                "source.url: postgres://me:CANARY@db/shop",
                "kafka.sasl.jaas.confg: CANARY",
                "kafka.ssl.keystore.pasword: CANARY",
                "kafka.ssl.keystore.type: CANARY\nkafka.ssl.keystore.key: CANARY",
                "kafka.transactional.id: CANARY",
            })
    void no_problem_repeats_a_secret(String lines) {
        // One more problem, so that even sound lines end in messages.
        String text = SettingsFile.SOUND + "drainTimeout: never\n" + lines.replace("CANARY", CANARY);
        RelayException refused =
                catchThrowableOfType(RelayException.class, () -> new SettingsFile(directory).load(text));
        StringWriter trace = new StringWriter();
        refused.printStackTrace(new PrintWriter(trace));
        assertThat(refused.failure().summary())
                .containsAnyOf("drainTimeout", "relay.yaml:")
                .doesNotContain(CANARY);
        assertThat(trace.toString()).doesNotContain(CANARY);
    }

    @Test
    void what_was_given_shows_its_place_and_key_only() {
        assertThat(new Given("file:1", KeyPath.of("source.password"), CANARY)).hasToString("file:1 source.password");
    }
}
