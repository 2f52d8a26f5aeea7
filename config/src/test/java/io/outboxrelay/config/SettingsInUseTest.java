package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.MountedSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsInUseTest {
    @TempDir
    Path directory;

    private MountedSecret secret;
    private Path file;
    private SettingsInUse settings;

    @BeforeEach
    void load() throws IOException {
        secret = MountedSecret.in(
                Files.createDirectory(directory.resolve("mounted")),
                Map.of("db", "old-db", "kafka", "old-kafka", "table", "public.outbox"));
        file = Files.writeString(directory.resolve("relay.yaml"), """
                source.url: jdbc:postgresql://db:5432/shop
                source.password: ${file:%1$s}
                outbox.table: ${file:%3$s}
                kafka.bootstrap.servers: broker:9092
                kafka.sasl.jaas.config: Login required password="${file:%2$s}";
                """.formatted(
                        secret.file("db"), secret.file("kafka"), secret.file("table")));
        settings = new SettingsLoader(name -> null)
                .load(file, List.of("window.recordsMax=7"))
                .pipelines()
                .values()
                .iterator()
                .next();
    }

    @Test
    void a_secret_that_was_replaced_is_read_anew_and_all_else_stays_as_it_was() throws IOException {
        secret.replace(Map.of("db", "new-db", "kafka", "new-kafka", "table", "public.other"));
        Files.writeString(file, "source.url: jdbc:postgresql://elsewhere/shop");

        assertThat(settings.source().connection().password()).isEqualTo("new-db");
        assertThat(settings.source().connection().url()).isEqualTo("jdbc:postgresql://db:5432/shop");
        assertThat(settings.source().outbox()).isEqualTo("public.outbox");
        assertThat(settings.publisher().producerConfig()).containsEntry("sasl.jaas.config", login("new-kafka"));
        assertThat(settings.atStart().source().connection().password()).isEqualTo("old-db");
        assertThat(settings.atStart().window().recordsMax()).isEqualTo(7);
    }

    @Test
    void a_secret_that_is_not_there_at_the_moment_is_said_and_concerns_only_who_needs_it() throws IOException {
        Files.delete(secret.file("db"));

        RelayException missing = catchThrowableOfType(RelayException.class, settings::source);
        assertThat(missing.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(missing.failure().summary())
                .contains("relay.yaml:2:", "source.password: there is no file " + secret.file("db"))
                .doesNotContain("old-kafka");
        assertThat(settings.publisher().producerConfig()).containsEntry("sasl.jaas.config", login("old-kafka"));
    }

    private static String login(String password) {
        return "Login required password=\"" + password + "\";";
    }
}
