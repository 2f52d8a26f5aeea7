package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of settings that cannot be used, in {@code src/test/resources/wrong}: all that is wrong with one is said at once, to the
 * letter, with status 78. A first line {@code # --set ...} holds arguments.
 */
class WrongFilesTest {
    private static final Path DIRECTORY =
            Path.of(System.getProperty("outboxrelay.root")).resolve("relay-sidecar/src/test/resources/wrong");
    private static final Duration SAID_WITHIN = Duration.ofSeconds(1);

    /** A machine that is busy with something else may take longer once, and a class is loaded only once. */
    private static final int ATTEMPTS_MAX = 5;

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void there_are_many() throws IOException {
        assertThat(names()).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everything_that_is_wrong_is_said_at_once_and_soon(String name) throws IOException {
        Path file = DIRECTORY.resolve(name + ".yaml");
        List<String> arguments = new ArrayList<>(List.of("validate", "--offline", "--config", file.toString()));
        String first = Files.readString(file, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
        if (first.startsWith("# --set ")) {
            arguments.addAll(List.of(first.substring(2).split(" ")));
        }
        CommandRun run = inTime(arguments.toArray(String[]::new));
        assertThat(run.status()).as("%s", run).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("outbox-relay cannot start: ");
        Golden.assertSame("wrong/" + name, run.shown().replace(DIRECTORY + "/", ""));
    }

    private static CommandRun inTime(String... arguments) {
        for (int attempt = 1; ; attempt++) {
            long started = System.nanoTime();
            CommandRun run = CommandRun.of(arguments);
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            if (took.compareTo(SAID_WITHIN) < 0) {
                return run;
            }
            assertThat(attempt).as("attempts, the last one took %s", took).isLessThan(ATTEMPTS_MAX);
        }
    }
}
