package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.polling.PollingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.Assertions;

/** A file of settings to load, in a directory of the test's own, and an environment to load it in. */
final class SettingsFile {
    static final String SOUND = """
            source.url: jdbc:postgresql://db:5432/shop
            outbox.table: public.outbox
            kafka.bootstrap.servers: broker:9092
            """;

    private final Path file;
    private final Map<String, String> environment = new HashMap<>();

    SettingsFile(Path directory) {
        file = directory.resolve("relay.yaml");
    }

    SettingsFile with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Loads a sound file with these lines behind it, from line 4 on. */
    PipelineSettings loadSoundAnd(String... lines) throws IOException {
        return load(SOUND + String.join("\n", lines));
    }

    /** The only pipeline of a file that names none. */
    PipelineSettings load(String text, String... overrides) throws IOException {
        return Objects.requireNonNull(loadAll(text, overrides).pipelines().get(RelaySettings.DEFAULT_NAME))
                .atStart();
    }

    RelaySettings loadAll(String text, String... overrides) throws IOException {
        Files.writeString(file, text);
        return new SettingsLoader(environment::get).load(file, List.of(overrides));
    }

    /** How a pipeline polls. */
    static PollingSettings polling(PipelineSettings pipeline) {
        return ((SourceSettings.Polling) pipeline.source()).polling();
    }

    /** All problems of a sound file with these lines behind it, one text each, with the directory left out. */
    List<String> problemsOfSoundAnd(String... lines) {
        return problemsOf(SOUND + String.join("\n", lines));
    }

    List<String> problemsOf(String text, String... overrides) {
        return problemsIn(catchThrowableOfType(RelayException.class, () -> load(text, overrides)));
    }

    /** All problems of the file as it is, if it is at all. */
    List<String> problemsAsItIs() {
        return problemsIn(catchThrowableOfType(
                RelayException.class, () -> new SettingsLoader(environment::get).load(file, List.of())));
    }

    private List<String> problemsIn(RelayException refused) {
        Assertions.assertThat(refused).as("refused").isNotNull();
        Assertions.assertThat(refused.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
        return refused.failure().problems().stream()
                .map(Problem::toString)
                .map(problem -> problem.replace(file.getParent() + "/", ""))
                .toList();
    }
}
